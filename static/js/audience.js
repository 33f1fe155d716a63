// The audience page: counts live, rows come and go.
import * as keys from "./keys.js";
import * as wire from "./wire.js";

const SAVE_AFTER_MS = 400;
const form = document.getElementById("compose");
const rows = document.getElementById("conditions");
const version = document.getElementById("version");
const withoutValue = rows.dataset.withoutValue.split(" ");
let timer;

function save() {
  clearTimeout(timer);
  return wire.inOrder(async () => {
    wire.say("saving");
    try {
      const { status, answer } = await wire.post(form, form.action, new FormData(form));
      problem(answer.problems ?? []);
      if (status !== 200) {
        wire.say(status === 409 ? "stale" : "typing");
        return false;
      }
      version.value = answer.version;
      wire.fill(answer.parts);
      wire.say("saved", answer.saved);
      return true;
    } catch (error) {
      wire.say(error instanceof wire.SignedOut ? "signedOut" : "offline");
      timer = setTimeout(save, 5000);
      return false;
    }
  });
}

function problem(words) {
  const place = document.getElementById("problems");
  place.replaceChildren(...words.map((one) => {
    const note = document.createElement("div");
    note.className = "note is-stop";
    const line = document.createElement("p");
    line.textContent = one;
    note.append(line);
    return note;
  }));
}

function tidy() {
  for (const row of rows.querySelectorAll("[data-row]")) {
    const [name, op, value] = row.querySelectorAll("select, input");
    value.hidden = withoutValue.includes(op.value);
    const remove = row.querySelector("[data-remove]");
    remove.hidden = !name.value && rows.children.length === 1;
  }
}

form.addEventListener("input", () => {
  tidy();
  wire.say("typing");
  clearTimeout(timer);
  timer = setTimeout(save, SAVE_AFTER_MS);
});
form.addEventListener("click", (event) => {
  const remove = event.target.closest("[data-remove]");
  if (remove) {
    const row = remove.closest("[data-row]");
    if (rows.children.length > 1) row.remove();
    else for (const one of row.querySelectorAll("select, input")) one.value = one.tagName === "SELECT" ? one.options[0].value : "";
    tidy();
    save();
    return;
  }
  if (event.target.closest("[data-add]")) {
    event.preventDefault();
    const row = rows.lastElementChild.cloneNode(true);
    for (const one of row.querySelectorAll("select, input")) one.value = one.tagName === "SELECT" ? one.options[0].value : "";
    rows.append(row);
    tidy();
    row.querySelector("select").focus();
  }
});
keys.listen({ save, next: () => keys.press(form, "next") });
wire.reveal(document);
tidy();
