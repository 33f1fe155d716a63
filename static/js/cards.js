// The contact-card studio: the phone beside the form follows the typing, and the square of the photo is chosen here.
import * as wire from "./wire.js";

const PREVIEW_AFTER_MS = 200;
const FACE_PX = 240;

const form = document.getElementById("card");
const screen = document.getElementById("card-screen");
const file = form.elements.photo;
const cropBox = form.querySelector("[data-cropper]");
const noCrop = form.querySelector("[data-no-crop]");
const show = form.querySelector("[data-show]");
const problem = form.querySelector("[data-photo-problem]");
const fields = Object.fromEntries([...form.querySelectorAll("[data-crop]")].map((one) => [one.name, one]));
const face = document.createElement("canvas");
face.width = face.height = FACE_PX;
face.className = "contact-face";

let timer, asked = 0, group = form.elements.group.value;
let cropper = null, picture = null, source = "";
let isDirty = false, isSending = false;

const later = (work) => { clearTimeout(timer); timer = setTimeout(work, PREVIEW_AFTER_MS); };

async function preview() {
  const mine = (asked += 1);
  const data = new FormData(form);
  data.delete("photo");
  if (picture) data.delete("photo_kept");
  try {
    const { status, answer } = await wire.post(form, form.dataset.preview, data);
    if (mine !== asked || status !== 200) return;
    const parts = { "card-screen": answer.parts["card-screen"] };
    if (form.elements.group.value !== group) {
      group = form.elements.group.value;
      parts["card-numbers"] = answer.parts["card-numbers"];
    }
    wire.fill(parts, { evenFocused: true });
    wear();
    document.getElementById("offline").hidden = true;
  } catch (error) {
    if (!(error instanceof wire.Offline || error instanceof wire.SignedOut)) throw error;
    document.getElementById(error instanceof wire.SignedOut ? "signed-out" : "offline").hidden = false;
  }
}

// Puts the photo that is being cut into the phone, which the server has not seen yet.
function wear() {
  if (picture) screen.querySelector(".contact-face")?.replaceWith(face);
}

function draw({ x, y, width, height, rotate }) {
  const context = face.getContext("2d");
  const isOnSide = rotate % 180 !== 0;
  const [across, down] = isOnSide ? [picture.naturalHeight, picture.naturalWidth] : [picture.naturalWidth, picture.naturalHeight];
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, FACE_PX, FACE_PX);
  context.imageSmoothingQuality = "high";
  context.scale(FACE_PX / (width * across), FACE_PX / (height * down));
  context.translate(-x * across + across / 2, -y * down + down / 2);
  context.rotate((rotate * Math.PI) / 180);
  context.drawImage(picture, -picture.naturalWidth / 2, -picture.naturalHeight / 2);
  wear();
}

function forget() {
  cropper?.destroy();
  if (source) URL.revokeObjectURL(source);
  cropper = picture = null;
  source = "";
  for (const one of Object.values(fields)) one.value = "";
  cropBox.hidden = noCrop.hidden = show.hidden = true;
  form.querySelector("[data-photo]").classList.remove("is-chosen");
}

async function choose() {
  forget();
  problem.hidden = true;
  const [chosen] = file.files;
  if (!chosen) return preview();
  if (chosen.size > Number(form.dataset.limit)) {
    const found = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 }).format(chosen.size / 1e6);
    problem.textContent = form.dataset.limitWords.replace("{found}", `${found} MB`);
    problem.hidden = false;
    file.value = "";
    return preview();
  }
  if (form.elements.photo_removed) form.elements.photo_removed.checked = false;
  const image = cropBox.querySelector("[data-crop-image]");
  source = URL.createObjectURL(chosen);
  const mine = source;
  image.src = source;
  try {
    await image.decode();
  } catch {
    // Not a picture, or one that only the server can open.
    if (mine === source) noCrop.hidden = show.hidden = false;
    return undefined;
  }
  const { mount } = await import("./crop.js");
  if (mine !== source) return undefined;
  picture = image;
  cropBox.hidden = false;
  form.querySelector("[data-photo]").classList.add("is-chosen");
  cropper = mount(image, { fields, ratio: 1, label: cropBox.querySelector("[data-crop-label]").textContent, changed: draw, tallest: 320 });
  return undefined;
}

function addRow() {
  const rows = form.querySelector("[data-rows]");
  const row = rows.lastElementChild.cloneNode(true);
  row.querySelector(".field-error")?.remove();
  const input = row.querySelector("input");
  input.value = "";
  input.classList.remove("is-invalid");
  input.removeAttribute("aria-invalid");
  rows.append(row);
  input.focus();
}

form.addEventListener("input", (event) => {
  isDirty = true;
  if (event.target !== file) later(preview);
});
file.addEventListener("change", choose);
form.querySelector("[data-add-row]").addEventListener("click", addRow);
form.querySelector("[data-turn]").addEventListener("click", () => cropper?.turn(1));
form.querySelector("[data-forget]").addEventListener("click", () => { file.value = ""; choose(); });
form.addEventListener("submit", () => { isSending = true; });
window.addEventListener("beforeunload", (event) => { if (isDirty && !isSending) event.preventDefault(); });
window.addEventListener("pageshow", () => { isSending = false; });

show.hidden = true;
wire.reveal(form);
// A browser that goes back brings the chosen file along, but not what was made of it.
if (file.files.length) choose();
