// Follows a copy while it is made, and parts the pictures before and after.
import * as wire from "./wire.js";

const ASK_EVERY_MS = 500;
const PATIENCE_MS = 5000;

let followed = null;

// Asks how far the copy is for as long as its bar stands there; `ended` fetches what came of it.
export function follow(form, ended) {
  const work = form.querySelector("[data-fit]");
  if (!work || work === followed) return;
  followed = work;
  let wait = ASK_EVERY_MS;
  const ask = async () => {
    if (followed !== work || !work.isConnected) return;
    try {
      const seen = document.hidden ? { open: true } : await wire.get(work.dataset.fit);
      if (followed !== work || !work.isConnected) return;
      if (!seen.open) {
        followed = null;
        ended();
        return;
      }
      show(work, seen);
      wait = ASK_EVERY_MS;
    } catch (error) {
      if (!(error instanceof wire.Offline || error instanceof wire.SignedOut)) throw error;
      wait = PATIENCE_MS;
    }
    setTimeout(ask, wait);
  };
  setTimeout(ask, ASK_EVERY_MS);
}

function show(work, { share, words, late }) {
  if (words === undefined) return;
  const said = work.querySelector("[data-fit-words]");
  work.querySelector("[data-fit-share]").value = share;
  if (said.textContent !== words) said.textContent = words;
  said.classList.toggle("tone-late", late);
}

// For those who do not see it: what came of the copy.
export function say(form) {
  const came = form.querySelector("[data-fit-came]");
  document.getElementById("fit-said").textContent = came?.textContent.trim() ?? "";
}

// A style set from a script is no inline style: the content policy lets it pass.
document.addEventListener("input", ({ target }) => {
  if (target.matches?.(".compare-slider")) target.parentElement.style.setProperty("--split", target.value / 100);
});
