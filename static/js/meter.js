// Draws the size meter and the counts from bytes and a text, as the server does; see campaigns/views/compose_meter.py.
import { envelope, measure, utf8Bytes, zone } from "./measure.js";

const whole = new Intl.NumberFormat(document.documentElement.lang);
const places = (count) =>
  new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: count, maximumFractionDigits: count });
const one = places(1);
const two = places(2);

export function size(bytes, meter) {
  const { kb, mb } = meter.dataset;
  return bytes > 1e6 ? `${two.format(bytes / 1e6)}\u00a0${mb}` : `${one.format(bytes / 1e3)}\u00a0${kb}`;
}

// How far words under the bar stand apart, in its thousandths.
const CLEAR = 170;

// Where fill and marks lie on a bar of 1,000 units; what is too close to words that stand already says nothing.
export function placed(total, mirror) {
  const scale = Math.max(Math.floor((mirror.hard * 115) / 100), Math.floor((total * 105) / 100));
  const units = (bytes) => Math.floor((bytes * 1000 + Math.floor(scale / 2)) / scale);
  const taken = [];
  const marks = ["hard", "advice", "safe"].map((name) => {
    const at = units(mirror[name]);
    const drawn = name === "hard" || mirror[name] < mirror.hard;
    const words = drawn && taken.every((other) => Math.abs(at - other) >= CLEAR);
    if (words) taken.push(at);
    return { name, at, drawn, words };
  });
  return { fill: total ? Math.max(units(total), 4) : 0, marks };
}

export function drawMeter(root, text, mirror) {
  const meter = root.querySelector("[data-meter]");
  if (!meter) return;
  const textBytes = utf8Bytes(text);
  const added = envelope(mirror.mediaBytes, textBytes, mirror);
  const total = mirror.mediaBytes + textBytes + added;
  const name = zone(mirror.mediaBytes, textBytes, mirror);
  const { fill, marks } = placed(total, mirror);
  meter.classList.remove("is-fits", "is-advice", "is-over");
  meter.classList.add(`is-${name}`);
  meter.querySelector("[data-zone]").textContent = meter.dataset[name];
  meter.querySelector("[data-total]").textContent = size(total, meter);
  meter.querySelector("[data-fill]").setAttribute("width", fill);
  for (const mark of marks) {
    const group = meter.querySelector(`[data-mark="${mark.name}"]`);
    const [line, words] = group.children;
    line.setAttribute("x1", mark.at);
    line.setAttribute("x2", mark.at);
    words.setAttribute("x", mark.at);
    words.setAttribute("visibility", mark.words ? "inherit" : "hidden");
  }
  const words = meter.dataset.exact
    .replace("{media}", whole.format(mirror.mediaBytes))
    .replace("{text}", whole.format(textBytes))
    .replace("{envelope}", whole.format(added))
    .replace("{total}", whole.format(total))
    .replace("{hard}", whole.format(mirror.hard));
  const bytes = root.querySelector('[data-count="bytes"]');
  if (bytes) bytes.textContent = whole.format(textBytes);
  meter.querySelector("[data-words]").textContent = words;
  meter.querySelector("[data-title]").textContent = words;
}

export function drawCounts(root, text) {
  const measured = measure(text);
  const show = (name, value) => {
    const place = root.querySelector(`[data-count="${name}"]`);
    if (place) place.textContent = value;
  };
  show("characters", whole.format(measured.characters));
  show("alphabet", measured.encoding === "gsm7" ? "GSM-7" : "UCS-2");
  show("parts", whole.format(measured.parts));
}
