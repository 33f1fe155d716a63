// The content page: keeps the draft saved, the preview live and the file in hand.
import * as fit from "./fit.js";
import * as keys from "./keys.js";
import { assemble, render } from "./mirror.js";
import { drawCounts, drawMeter, size } from "./meter.js";
import * as upload from "./upload.js";
import * as wire from "./wire.js";

const PREVIEW_AFTER_MS = 250;
const SAVE_AFTER_MS = 1000;
const RETRY_AFTER_MS = 5000;

const form = document.getElementById("compose");
const box = document.getElementById("text");
const version = document.getElementById("version");
const stale = document.getElementById("stale");
const kept = `draft ${form.dataset.draft}`;
let mirror = JSON.parse(document.getElementById("mirror").textContent);
let savedText = box.defaultValue;
let previewTimer, saveTimer, retryTimer;
let asked = 0;

const later = (timer, work, wait) => { clearTimeout(timer); return setTimeout(work, wait); };

// Before the server answers.
function follow() {
  const rendered = render(box.value, mirror.values);
  if (rendered === null) return;
  const words = { brand: mirror.brand, optOutLine: mirror.optOutLine };
  const alone = assemble(rendered, words);
  drawMeter(form, alone, mirror);
  const told = rendered.trim() || !mirror.link ? rendered : mirror.standIn;
  const asText = assemble(told, { ...words, link: mirror.link });
  drawCounts(form, asText);
  const bubble = form.querySelector("[data-bubble]");
  if (!bubble) return;
  const shown = mirror.sentAs === "link" ? asText : alone;
  const empty = !rendered.trim() && !mirror.mediaBytes;
  if (empty) return;
  bubble.textContent = shown;
  bubble.hidden = !shown;
  bubble.classList.remove("is-empty");
}

async function preview({ evenFocused = false } = {}) {
  const mine = (asked += 1);
  try {
    const { status, answer } = await wire.post(form, form.dataset.preview, new FormData(form));
    if (mine !== asked || status !== 200) return;
    mirror = answer.mirror;
    const { samples, ...parts } = answer.parts;
    wire.fill(parts, { evenFocused });
    follow();
    fit.follow(form, copyCame);
  } catch (error) {
    trouble(error);
  }
}

async function copyCame() {
  await preview({ evenFocused: true });
  fit.say(form);
}

function trouble(error) {
  if (!(error instanceof wire.Offline || error instanceof wire.SignedOut)) throw error;
  wire.say(error instanceof wire.SignedOut ? "signedOut" : "offline");
  remember();
  retryTimer = later(retryTimer, () => save(), RETRY_AFTER_MS);
}

function remember() {
  try {
    if (box.value === savedText) localStorage.removeItem(kept);
    else localStorage.setItem(kept, JSON.stringify({ text: box.value, version: version.value, base: savedText }));
  } catch { /* a full or forbidden store: the words are still in the box */ }
}

// Does an act on the server and takes over what comes back.
function perform(act, { file = null, replace = false } = {}) {
  clearTimeout(saveTimer);
  clearTimeout(retryTimer);
  return wire.inOrder(async () => {
    const data = new FormData(form);
    data.set("act", act);
    data.delete("file");
    if (file) data.set("file", file);
    if (replace) data.set("replace", "on");
    const sent = box.value;
    wire.say("saving");
    try {
      const done = file ? await upload.send(form, data, file) : await wire.post(form, form.action, data);
      return take(done, sent, act, { file, replace });
    } catch (error) {
      trouble(error);
      return false;
    }
  });
}

function take({ status, answer }, sent, act, again) {
  if (status === 409 && answer.stale) return conflict(answer.stale, act, again);
  upload.showProblems(answer.problems ?? [], answer.about);
  if (status !== 200) {
    remember();
    wire.say(box.value === savedText ? "saved" : "typing", savedAt());
    return false;
  }
  asked += 1;
  version.value = answer.version;
  mirror = answer.mirror;
  const changed = answer.text !== sent.replace(/\r\n/g, "\n");
  if (changed && box.value === sent) box.value = answer.text;
  savedText = answer.text;
  stale.replaceChildren();
  const { samples, ...parts } = answer.parts;
  wire.fill(parts, { evenFocused: act !== "save" });
  fit.follow(form, copyCame);
  document.getElementById("saved").dataset.at = answer.saved;
  remember();
  if (box.value === savedText) wire.say("saved", answer.saved);
  else edited();
  return true;
}

const savedAt = () => document.getElementById("saved").dataset.at ?? "";

// Somebody else was quicker. Where they left the text alone there is nothing to choose.
function conflict(theirs, act, again) {
  if (theirs.text === savedText) {
    version.value = theirs.version;
    perform(act, again);
    return false;
  }
  wire.say("stale");
  stale.replaceChildren(document.getElementById("stale-panel").content.cloneNode(true));
  stale.querySelector("[data-stale-words]").textContent = theirs.words;
  stale.querySelector("[data-stale-text]").value = theirs.text;
  stale.querySelector("[data-keep-mine]").addEventListener("click", (event) => {
    event.preventDefault();
    version.value = theirs.version;
    perform(act, again);
  });
  stale.querySelector("[data-take-theirs]").addEventListener("click", (event) => {
    event.preventDefault();
    version.value = theirs.version;
    box.value = savedText = theirs.text;
    stale.replaceChildren();
    perform("save");
  });
  stale.scrollIntoView({ block: "nearest" });
  return false;
}

const save = () => perform("save");

function edited() {
  if (box.value !== savedText) wire.say("typing");
  follow();
  previewTimer = later(previewTimer, preview, PREVIEW_AFTER_MS);
  if (!stale.childElementCount) saveTimer = later(saveTimer, save, SAVE_AFTER_MS);
}

async function newFile(file) {
  upload.showProblems([]);
  if (file.size > mirror.uploadLimit) {
    const meter = form.querySelector("[data-meter]");
    const words = mirror.uploadLimitWords.replace("{found}", size(file.size, meter));
    const { named } = document.getElementById("upload-problems").dataset;
    upload.showProblems([named.replace("{name}", file.name).replace("{words}", words)]);
    return;
  }
  const replace = mirror.mediaBytes > 0;
  if (replace && !(await upload.ask(document.getElementById("ask-replace")))) return;
  await perform("upload", { file, replace });
}

function insert(snippet) {
  const { selectionStart: start, selectionEnd: end } = box;
  box.focus();
  box.setRangeText(snippet, start, end, "end");
  edited();
}

// Offsets from the server count characters; a selection counts UTF-16 units.
function select(start, end) {
  const signs = Array.from(box.value);
  const units = (count) => signs.slice(0, count).join("").length;
  box.focus();
  box.setSelectionRange(units(start), units(end));
}

form.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-insert]");
  const mark = event.target.closest("[data-start]");
  const act = event.target.closest('button[name="act"]');
  if (chip) {
    event.preventDefault();
    insert(chip.dataset.insert);
  } else if (mark) {
    select(Number(mark.dataset.start), Number(mark.dataset.end));
  } else if (act && !act.closest("#stale") && act.value !== "next") {
    event.preventDefault();
    perform(act.value);
  }
});
form.addEventListener("submit", async (event) => {
  if (event.submitter?.value !== "next") return;
  event.preventDefault();
  if (await perform("save")) location.assign(document.querySelector("#steps li:nth-child(2) a").href);
});
box.addEventListener("input", edited);
form.addEventListener("change", (event) => {
  if (event.target.matches('[name="as_link"], [name="sample"]')) preview();
  if (event.target.name === "description") save();
});
document.getElementById("samples").addEventListener("input", (event) => {
  if (event.target.id === "sample-q") previewTimer = later(previewTimer, findSamples, PREVIEW_AFTER_MS);
});

async function findSamples() {
  const { answer, status } = await wire.post(form, form.dataset.preview, new FormData(form));
  if (status !== 200) return;
  const fresh = document.createElement("template");
  fresh.innerHTML = answer.parts.samples;
  document.getElementById("sample").replaceWith(fresh.content.getElementById("sample"));
  mirror = answer.mirror;
  const { samples, ...parts } = answer.parts;
  wire.fill(parts);
}

window.addEventListener("beforeunload", (event) => {
  remember();
  if (box.value !== savedText) event.preventDefault();
});
window.addEventListener("online", () => { if (box.value !== savedText) save(); });

upload.listen(form, newFile);
keys.listen({ save, next: () => keys.press(form, "next") });
wire.reveal(document);
fit.follow(form, copyCame);
try {
  const words = JSON.parse(localStorage.getItem(kept) ?? "null");
  if (words && words.text !== savedText) {
    box.value = words.text;
    if (words.version !== version.value) {
      // Typed over an older version: the server is asked with that one, so that it says what changed meanwhile.
      version.value = words.version;
      savedText = words.base;
    }
    edited();
  }
} catch { /* nothing readable was kept */ }
