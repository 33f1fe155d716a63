// Files: chosen, dropped or pasted; looked at before they are sent, with progress while they are.
import { copyOf, headers, Offline, SignedOut } from "./wire.js";
import { size } from "./meter.js";

export function listen(form, take) {
  form.addEventListener("change", ({ target: input }) => {
    if (input.id !== "file-input") return;
    const [file] = input.files;
    input.value = "";
    if (file) take(file);
  });
  let depth = 0;
  const files = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const mark = () => form.classList.toggle("is-dropping", depth > 0);
  document.addEventListener("dragenter", (event) => { if (files(event)) { depth += 1; mark(); } });
  document.addEventListener("dragleave", (event) => { if (files(event)) { depth = Math.max(0, depth - 1); mark(); } });
  document.addEventListener("dragover", (event) => { if (files(event)) event.preventDefault(); });
  document.addEventListener("drop", (event) => {
    if (!files(event)) return;
    event.preventDefault();
    depth = 0;
    mark();
    const [file] = event.dataTransfer.files;
    if (file) take(file);
  });
  document.addEventListener("paste", (event) => {
    const [file] = event.clipboardData?.files ?? [];
    if (!file) return;
    event.preventDefault();
    take(file);
  });
}

export function ask(dialog) {
  return new Promise((resolve) => {
    let answer = false;
    const choose = (event) => {
      const button = event.target.closest("[data-answer]");
      if (!button) return;
      answer = button.dataset.answer === "yes";
      dialog.close();
    };
    dialog.addEventListener("click", choose);
    dialog.addEventListener("close", () => { dialog.removeEventListener("click", choose); resolve(answer); }, { once: true });
    dialog.showModal();
  });
}

// Beside what they are about: "upload" or "text". Where there is nothing to say any more, nothing stands.
export function showProblems(words, about = "upload") {
  for (const one of ["upload", "text"]) {
    const lines = (one === about ? words : []).map((said) => {
      const line = copyOf("trouble");
      line.querySelector("span").textContent = said;
      return line;
    });
    document.getElementById(`${one}-problems`).replaceChildren(...lines);
  }
}

export function send(form, data, file) {
  const panel = form.querySelector(".upload");
  const bar = panel.querySelector("progress");
  const words = panel.querySelector("[data-upload-words]");
  const meter = form.querySelector("[data-meter]");
  panel.querySelector("[data-upload-name]").textContent = file.name;
  panel.hidden = false;
  bar.value = 0;
  data.delete("csrfmiddlewaretoken");
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    for (const [name, value] of Object.entries(headers(form))) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = (event.loaded / event.total) * 100;
      words.textContent = event.loaded < event.total
        ? words.dataset.sending.replace("{sent}", size(event.loaded, meter)).replace("{all}", size(event.total, meter))
        : words.dataset.checking;
      if (event.loaded >= event.total) bar.removeAttribute("value");
    });
    const done = () => { panel.hidden = true; };
    request.addEventListener("error", () => { done(); reject(new Offline()); });
    request.addEventListener("load", () => {
      done();
      if (new URL(request.responseURL || location.href).pathname === "/login") return reject(new SignedOut());
      try {
        resolve({ status: request.status, answer: JSON.parse(request.responseText) });
      } catch {
        reject(new Offline());
      }
    });
    request.send(data);
  });
}
