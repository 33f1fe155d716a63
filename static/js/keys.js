// Keys that every page of the composer knows: Ctrl+S saves, Ctrl+Enter goes on, ? lists the keys.

export function listen({ save, next }) {
  document.addEventListener("keydown", (event) => {
    const control = event.ctrlKey || event.metaKey;
    if (control && event.key.toLowerCase() === "s") {
      event.preventDefault();
      save();
    } else if (control && event.key === "Enter") {
      event.preventDefault();
      next();
    } else if (event.key === "?" && !event.target.closest("input, textarea, select, [contenteditable]")) {
      document.getElementById("keys")?.showModal();
    }
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) document.getElementById(opener.dataset.open).showModal();
  });
}

export function press(form, act) {
  form.querySelector(`button[name="act"][value="${act}"]`)?.click();
}
