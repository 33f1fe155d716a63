// Behaviours of the frame. Every page works without them.
"use strict";

// Menus: a click elsewhere and Escape close what is open; focus goes back to where it came from.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// <a data-dialog="id" href="/page/that/asks">: asks in a dialog instead of on a page of its own.
// The second click of a double click that opened a dialog must not press what appeared under the pointer.
let opened = { x: 0, y: 0, at: -Infinity };
document.addEventListener("click", (event) => {
  const isNear = Math.hypot(event.clientX - opened.x, event.clientY - opened.y) < 8;
  if (event.detail && isNear && event.timeStamp - opened.at < 500 && event.target.closest("dialog")) {
    event.preventDefault();
    event.stopPropagation();
  }
}, true);
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
  const dialog = opener && plain && document.getElementById(opener.dataset.dialog);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
    opened = { x: event.clientX, y: event.clientY, at: event.timeStamp };
    return;
  }
  const closer = event.target.closest("[data-close]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog").close();
  }
});

// A form that was sent is not sent twice; coming back to the page frees it again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Notes can be put away; a select or search can send its own form.
const prepare = (root) => {
  for (const button of root.querySelectorAll("[data-dismiss]")) button.hidden = false;
  for (const button of root.querySelectorAll("[data-zone-of-device]")) {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const field = document.getElementById(button.dataset.zoneOfDevice);
    if (!zone || !field || field.value === zone) continue;
    if (![...field.options].some((option) => option.value === zone)) continue;
    button.querySelector("[data-zone-name]").textContent = zone.replaceAll("_", " ");
    button.hidden = false;
    button.addEventListener("click", () => { field.value = zone; button.hidden = true; field.focus(); });
  }
};
document.addEventListener("click", (event) => {
  const note = event.target.closest("[data-dismiss]")?.closest(".note");
  if (note) note.remove();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-send-on-change]")) event.target.form.requestSubmit();
});
document.addEventListener("DOMContentLoaded", () => prepare(document));
document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));

// Live parts: say when the server cannot be reached, and never swap a log-in page into a part.
const show = (id, yes) => { const banner = document.getElementById(id); if (banner) banner.hidden = !yes; };
document.addEventListener("htmx:sendError", () => show("offline", true));
document.addEventListener("htmx:timeout", () => show("offline", true));
document.addEventListener("htmx:afterOnLoad", () => show("offline", false));
document.addEventListener("htmx:beforeSwap", (event) => {
  const answered = new URL(event.detail.xhr.responseURL || location.href, location.href).pathname;
  const signedOut = answered === "/login" && location.pathname !== "/login";
  show("signed-out", signedOut);
  if (signedOut) event.detail.shouldSwap = false;
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.matches("[data-poll]")) event.preventDefault();
});
