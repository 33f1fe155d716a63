// The review page: only the list of keys; Ctrl+Enter leads to the launch button, and presses nothing.
import * as keys from "./keys.js";

keys.listen({ save: () => {}, next: () => document.querySelector(".launch-button")?.focus() });
