// The page that cuts a picture: the shape and the turn drive the cropper, and the size of what stays is said.
import { mount } from "./crop.js";
import { reveal } from "./wire.js";

const form = document.getElementById("cut");
const picture = document.getElementById("cut-picture");
const said = document.getElementById("cut-size");
const turn = form.elements.rotate;
const number = new Intl.NumberFormat(document.documentElement.lang);
const ratio = () => Number.parseFloat(form.querySelector("[name=shape]:checked")?.dataset.ratio) || null;

function begin() {
  const sides = [picture.naturalWidth, picture.naturalHeight];
  const fields = Object.fromEntries(["x", "y", "width", "height"].map((name) => [name, form.elements[name]]));
  const tell = (place) => {
    const [width, height] = turn.value % 180 ? [sides[1], sides[0]] : sides;
    const shown = { width: Math.round(place.width * width), height: Math.round(place.height * height) };
    said.textContent = said.dataset.words
      .replace("{width}", number.format(shown.width)).replace("{height}", number.format(shown.height));
  };
  const cropper = mount(picture, { fields: { ...fields, rotate: turn }, ratio: ratio(), label: picture.dataset.label, changed: tell });
  let angle = Number(turn.value);
  turn.addEventListener("change", () => {
    const wanted = Number(turn.value);
    cropper.turn((wanted - angle) / 90);
    angle = wanted;
  });
  form.addEventListener("change", (event) => { if (event.target.name === "shape") cropper.setRatio(ratio()); });
  document.getElementById("cut-reset").addEventListener("click", () => {
    angle = 0;
    cropper.reset();
  });
  reveal(form);
}

if (picture.complete && picture.naturalWidth) begin();
else picture.addEventListener("load", begin, { once: true });
