// A live list may grow at its top: what one is reading stays where it is on the screen.
"use strict";

const rows = () => [...document.querySelectorAll("[data-steady], .inbox-row")];
let held = null;
document.addEventListener("htmx:oobBeforeSwap", () => {
  if (held || scrollY < 40) return;
  const seen = rows().find((row) => row.getBoundingClientRect().bottom > 0);
  const id = seen?.closest("[id]")?.id;
  if (id) held = { id, top: seen.getBoundingClientRect().top };
});
document.addEventListener("htmx:oobAfterSwap", () => {
  const row = held && document.getElementById(held.id)?.firstElementChild?.nextElementSibling;
  if (row) scrollBy({ top: row.getBoundingClientRect().top - held.top, behavior: "instant" });
  held = null;
});
