// Choose a part of a picture, with Cropper.js: `mount` puts a cropper in place of an <img> and keeps what is chosen in
// form fields. Nothing is cut here: the server cuts the original.
//
// The fields x, y, width and height hold shares (0 to 1) of the sides of the picture as it stands after turning, so they
// mean the same whatever size the browser was shown; `rotate` holds 0, 90, 180 or 270, clockwise. What stands in them at
// the start is where it begins.
import Cropper from "../cropperjs/cropper.esm.min.js";

const NAMES = ["x", "y", "width", "height"];
const SMALLEST_PX = 32;
const STEP = 0.01;
const HANDLES = ["n", "e", "s", "w", "ne", "nw", "se", "sw"];
const TEMPLATE = `<cropper-canvas>
  <cropper-image rotatable scalable translatable></cropper-image>
  <cropper-shade theme-color="rgba(0, 0, 0, 0.55)"></cropper-shade>
  <cropper-selection movable resizable precise outlined>
    <cropper-grid bordered covered theme-color="rgba(255, 255, 255, 0.7)"></cropper-grid>
    <cropper-handle action="move" plain></cropper-handle>
    ${HANDLES.map((side) => `<cropper-handle action="${side}-resize" theme-color="#fff"></cropper-handle>`).join("")}
  </cropper-selection>
</cropper-canvas>`;

// `image` has loaded; `fields` are inputs by name (x, y, width, height, rotate); `ratio` is width by height, or null for
// any; `label` is what the chosen part is called to those who cannot see it; `changed` hears of every change, with the
// shares and the angle. The picture is at most `tallest` pixels high. Gives { turn, setRatio, reset, place, destroy }.
export function mount(image, { fields, ratio = null, label = "", changed = () => {}, tallest = 420 } = {}) {
  const frame = document.createElement("div");
  frame.className = "crop-frame";
  frame.tabIndex = 0;
  frame.setAttribute("role", "group");
  frame.setAttribute("aria-label", label);
  image.replaceWith(frame);
  frame.append(image);
  const natural = [image.naturalWidth, image.naturalHeight];
  const cropper = new Cropper(image, { template: TEMPLATE });
  const canvas = cropper.getCropperCanvas(), picture = cropper.getCropperImage(), chosen = cropper.getCropperSelection();
  let angle = quarter(fields.rotate?.value);
  let part = read(fields);
  let wide = 0, high = 0;
  // What Cropper.js tells before the first layout says nothing.
  let settling = true;

  const turned = () => (angle % 180 ? [natural[1], natural[0]] : natural);

  // The canvas has the very shape of the turned picture, so that a place on it is a place on the picture.
  function layOut() {
    const [width, height] = turned();
    const room = frame.clientWidth;
    if (!room) return;
    const scale = Math.min(room / width, tallest / height);
    wide = Math.max(width * scale, 1);
    high = Math.max(height * scale, 1);
    settling = true;
    Object.assign(canvas.style, { width: `${wide}px`, height: `${high}px`, minWidth: "0", minHeight: "0" });
    picture.$resetTransform();
    picture.$rotate(`${angle}deg`);
    picture.$center("contain");
    part ??= largest();
    chosen.$change(part.x * wide, part.y * high, part.width * wide, part.height * high, NaN, true);
    settling = false;
    tell();
  }

  // The largest part of the wanted shape, in the middle.
  function largest() {
    const [width, height] = turned();
    if (!ratio) return { x: 0, y: 0, width: 1, height: 1 };
    const side = Math.min(width / ratio, height);
    const share = { width: (side * ratio) / width, height: side / height };
    return { x: (1 - share.width) / 2, y: (1 - share.height) / 2, ...share };
  }

  // Keeps the part inside the picture, and what does not move where it is.
  function held(next) {
    const now = { x: chosen.x, y: chosen.y, width: chosen.width, height: chosen.height };
    const x = axis(now.x, now.width, next.x, next.width, wide), y = axis(now.y, now.height, next.y, next.height, high);
    let { size: width } = x, { size: height } = y;
    if (ratio) {
      const scale = Math.min(width / next.width, height / next.height);
      width = next.width * scale;
      height = next.height * scale;
    }
    return { x: x.from(width), y: y.from(height), width, height };
  }

  function settle(event) {
    if (settling) return;
    const next = event.detail;
    const outside = next.x < -0.01 || next.y < -0.01 || next.x + next.width > wide + 0.01 || next.y + next.height > high + 0.01;
    const least = Math.min(SMALLEST_PX, wide, high);
    if (next.width < least - 0.01 || next.height < least - 0.01) return event.preventDefault();
    if (outside) {
      event.preventDefault();
      const better = held(next);
      if (better.width >= least && better.height >= least) change(better);
      return undefined;
    }
    part = { x: next.x / wide, y: next.y / high, width: next.width / wide, height: next.height / high };
    tell();
    return undefined;
  }

  function change(next) {
    settling = true;
    chosen.$change(next.x, next.y, next.width, next.height);
    settling = false;
    part = { x: next.x / wide, y: next.y / high, width: next.width / wide, height: next.height / high };
    tell();
  }

  function tell() {
    part = inside(part);
    for (const name of NAMES) if (fields[name]) fields[name].value = part[name].toFixed(6);
    if (fields.rotate) fields.rotate.value = String(angle);
    changed({ ...part, rotate: angle });
  }

  function press(event) {
    const step = STEP * (event.shiftKey ? 10 : 1);
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    const grow = { "+": 1 + step, "=": 1 + step, "-": 1 - step }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (moves[event.key]) {
      const [across, down] = moves[event.key];
      const x = between(part.x + across, 1 - part.width), y = between(part.y + down, 1 - part.height);
      change({ x: x * wide, y: y * high, width: part.width * wide, height: part.height * high });
    } else if (grow) {
      const width = chosen.width * grow, height = chosen.height * grow;
      chosen.$change(chosen.x - (width - chosen.width) / 2, chosen.y - (height - chosen.height) / 2, width, height);
    } else return;
    event.preventDefault();
  }

  // Cropper.js takes the wheel for itself, and the page would not scroll over the picture.
  const pass = (event) => event.stopPropagation();
  frame.addEventListener("wheel", pass, { capture: true, passive: true });
  frame.addEventListener("keydown", press);
  chosen.addEventListener("change", settle);
  const watch = new ResizeObserver(layOut);
  picture.$ready().then(() => {
    aim();
    layOut();
    watch.observe(frame);
  }, () => {});

  function aim() {
    if (ratio) chosen.aspectRatio = ratio;
    else chosen.removeAttribute("aspect-ratio");
  }

  return {
    // Turn by quarters, clockwise; the part is chosen anew.
    turn(quarters) {
      angle = (((angle + quarters * 90) % 360) + 360) % 360;
      part = null;
      layOut();
    },
    setRatio(next) {
      ratio = next;
      part = null;
      aim();
      // Cropper.js looks at a new shape a moment later, and would undo what was laid out at once.
      queueMicrotask(layOut);
    },
    reset() {
      angle = 0;
      part = null;
      layOut();
    },
    // Where the part is now: shares and angle.
    place: () => ({ ...part, rotate: angle }),
    destroy() {
      watch.disconnect();
      cropper.destroy();
      frame.replaceWith(image);
    },
  };
}

function axis(start, size, nextStart, nextSize, limit) {
  if (Math.abs(nextSize - size) < 0.01) {
    return { size: nextSize, from: () => Math.min(Math.max(nextStart, 0), Math.max(limit - nextSize, 0)) };
  }
  const near = Math.abs(nextStart - start), far = Math.abs(nextStart + nextSize - start - size);
  const anchor = near < 0.01 ? 0 : far < 0.01 ? 1 : 0.5;
  const fixed = start + anchor * size;
  const room = [limit - fixed, 2 * Math.min(fixed, limit - fixed), fixed][anchor * 2];
  const most = Math.max(Math.min(nextSize, room), 0);
  return { size: most, from: (chosen) => Math.min(Math.max(fixed - anchor * chosen, 0), limit - chosen) };
}

function read(fields) {
  const values = NAMES.map((name) => Number.parseFloat(fields[name]?.value ?? ""));
  if (values.some((value) => !(value >= 0 && value <= 1)) || values[2] === 0 || values[3] === 0) return null;
  return inside(Object.fromEntries(NAMES.map((name, place) => [name, values[place]])));
}

function inside(part) {
  const width = Math.min(part.width, 1), height = Math.min(part.height, 1);
  return { x: between(part.x, 1 - width), y: between(part.y, 1 - height), width, height };
}

function quarter(value) {
  const angle = Number.parseInt(value ?? "", 10);
  return [90, 180, 270].includes(angle) ? angle : 0;
}

const between = (value, most) => Math.min(Math.max(value, 0), Math.max(most, 0));
