// A virtual phone: the newest message is in sight, what was opened stays open, a chosen file says its name.
"use strict";

const talk = document.getElementById("talk-scroll");
let atEnd = true;
const toEnd = () => { if (talk) talk.scrollTop = talk.scrollHeight; };
toEnd();
talk?.addEventListener("scroll", () => { atEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 60; });
talk?.addEventListener("load", () => { if (atEnd) toEnd(); }, true); // pictures bring their height when they come
let open = [];
document.addEventListener("htmx:oobBeforeSwap", () => {
  open = [...document.querySelectorAll("details[data-keep][open]")].map((one) => one.dataset.keep);
});
document.addEventListener("htmx:oobAfterSwap", () => {
  for (const one of document.querySelectorAll("details[data-keep]")) if (open.includes(one.dataset.keep)) one.open = true;
  if (atEnd) toEnd();
});

const form = document.querySelector(".phone-write");
const text = form?.querySelector("textarea");
const grow = () => { text.rows = Math.min(5, Math.max(1, text.value.split("\n").length)); };
text?.addEventListener("input", grow);
text?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit(form.querySelector(".phone-send"));
  }
});
form?.querySelector("[type=file]").addEventListener("change", (event) => {
  const file = event.target.files[0];
  const chosen = form.querySelector("[data-file-name]");
  const error = form.querySelector("[data-file-error]");
  const over = file && file.size > Number(form.dataset.limit);
  if (over) event.target.value = "";
  error.textContent = over ? form.dataset.limitWords : "";
  error.hidden = !over;
  chosen.textContent = file && !over ? file.name : "";
  chosen.hidden = !chosen.textContent;
});
