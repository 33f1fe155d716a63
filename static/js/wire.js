// Speaks to the server for a form of the composer: one request at a time in order, answers as JSON, never a lost word.

export class Offline extends Error {}
export class SignedOut extends Error {}

// The cookie is newer than the page where somebody logged in again in another tab.
function token(form) {
  const cookie = document.cookie.split("; ").find((pair) => /^(__Host-)?csrftoken=/.test(pair));
  return cookie ? cookie.slice(cookie.indexOf("=") + 1) : form.elements.csrfmiddlewaretoken.value;
}

export function headers(form) {
  return { Accept: "application/json", "X-CSRFToken": token(form) };
}

export async function post(form, url, data) {
  data.delete("csrfmiddlewaretoken");
  let response;
  try {
    response = await fetch(url, { method: "POST", body: data, headers: headers(form), credentials: "same-origin" });
  } catch {
    throw new Offline();
  }
  if (response.redirected && new URL(response.url).pathname === "/login") throw new SignedOut();
  if (response.status >= 500) throw new Offline();
  const kind = response.headers.get("Content-Type") ?? "";
  if (!kind.startsWith("application/json")) {
    if (response.status === 403) throw new SignedOut();
    throw new Offline();
  }
  return { status: response.status, answer: await response.json() };
}

export async function get(url) {
  let response;
  try {
    response = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  } catch {
    throw new Offline();
  }
  if (response.redirected && new URL(response.url).pathname === "/login") throw new SignedOut();
  if (!response.ok) throw new Offline();
  return response.json();
}

// Requests that change something wait for each other, since each carries the version that the one before it made.
let last = Promise.resolve();
export function inOrder(work) {
  last = last.then(work, work);
  return last;
}

// Fills each part whose content changed; a part that holds the focus is left alone unless it was asked for, and then
// the focus goes to the same thing in the new content. What is marked with data-keep goes over as it is: a file dialog
// may be open on it.
export function fill(parts, { evenFocused = false } = {}) {
  for (const [id, html] of Object.entries(parts)) {
    const place = document.getElementById(id);
    if (!place) continue;
    const focused = place.contains(document.activeElement) ? document.activeElement : null;
    if (focused && !evenFocused) continue;
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    if (fresh.innerHTML === place.dataset.shown) continue;
    place.dataset.shown = fresh.innerHTML;
    for (const kept of place.querySelectorAll("[data-keep]")) fresh.content.getElementById(kept.id)?.replaceWith(kept);
    place.replaceChildren(fresh.content);
    reveal(place);
    if (focused) refocus(place, focused);
  }
}

function refocus(place, focused) {
  const same = focused.id
    ? document.getElementById(focused.id)
    : [...place.querySelectorAll(focused.localName)].find((one) => one.name === focused.name && one.value === focused.value);
  const next = same ?? place;
  if (next === place) place.tabIndex = -1;
  next.focus({ preventScroll: true });
}

export function copyOf(template) {
  return document.getElementById(template).content.firstElementChild.cloneNode(true);
}

export function reveal(root) {
  for (const one of root.querySelectorAll("[data-script]")) one.hidden = false;
}

export function say(name, time) {
  const saved = document.getElementById("saved");
  if (!saved) return;
  saved.textContent = saved.dataset[name].replace("{time}", time ?? "");
  saved.classList.toggle("is-late", ["offline", "signedOut", "stale"].includes(name));
  const banner = document.getElementById("signed-out");
  if (banner) banner.hidden = name !== "signedOut";
}
