// Draws the size meter and the counts from bytes and a text, as the server does; see campaigns/views/compose_meter.py.
import { measure, utf8Bytes, zone } from "./measure.js";

const whole = new Intl.NumberFormat(document.documentElement.lang);
const places = (count) =>
  new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: count, maximumFractionDigits: count });
const one = places(1);
const two = places(2);

export function size(bytes, meter) {
  const { kb, mb } = meter.dataset;
  return bytes > 1e6 ? `${two.format(bytes / 1e6)}\u00a0${mb}` : `${one.format(bytes / 1e3)}\u00a0${kb}`;
}

export function drawMeter(root, text, mirror) {
  const meter = root.querySelector("[data-meter]");
  if (!meter) return;
  const textBytes = utf8Bytes(text);
  const total = mirror.mediaBytes + textBytes;
  const name = zone(mirror.mediaBytes, textBytes, mirror);
  const scale = Math.max(Math.floor((mirror.hard * 115) / 100), Math.floor((total * 105) / 100));
  const units = (bytes) => Math.round((bytes * 1000) / scale);
  meter.classList.remove("is-fits", "is-advice", "is-over");
  meter.classList.add(`is-${name}`);
  meter.querySelector("[data-zone]").textContent = meter.dataset[name];
  meter.querySelector("[data-total]").textContent = size(total, meter);
  meter.querySelector("[data-fill]").setAttribute("width", total ? Math.max(units(total), 4) : 0);
  for (const [mark, bytes] of [["advice", mirror.advice], ["hard", mirror.hard]]) {
    const line = meter.querySelector(`[data-${mark}-line]`);
    line.setAttribute("x1", units(bytes));
    line.setAttribute("x2", units(bytes));
    meter.querySelector(`[data-${mark}-text]`).setAttribute("x", units(bytes));
  }
  const crowded = units(mirror.hard) - units(mirror.advice) < 260;
  meter.querySelector("[data-advice-text]").setAttribute("visibility", crowded ? "hidden" : "visible");
  const words = meter.dataset.exact
    .replace("{media}", whole.format(mirror.mediaBytes))
    .replace("{text}", whole.format(textBytes))
    .replace("{total}", whole.format(total))
    .replace("{hard}", whole.format(mirror.hard));
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
