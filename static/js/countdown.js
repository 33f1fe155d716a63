// Counts down to a moment given by the server, so that *Undo* shows how long it is left.
"use strict";

const clockSkew = () => {
  // The server's own clock decides; the page only mirrors it.
  const shown = document.querySelector("[data-countdown]");
  if (!shown) return 0;
  const due = Date.parse(shown.dataset.countdown);
  return due - Number(shown.textContent) * 1000 - Date.now();
};
let skew = clockSkew();
const tick = () => {
  for (const shown of document.querySelectorAll("[data-countdown]")) {
    const left = Math.max(0, Math.round((Date.parse(shown.dataset.countdown) - Date.now() - skew) / 1000));
    if (shown.textContent !== String(left)) shown.textContent = left;
  }
};
setInterval(tick, 250);
