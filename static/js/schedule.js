// The schedule page: says the time back while it is chosen.
import * as keys from "./keys.js";
import * as wire from "./wire.js";

const form = document.getElementById("compose");
let asked = 0;

form.addEventListener("change", async () => {
  if (form.elements.when.value !== "at") return;
  const mine = (asked += 1);
  try {
    const { status, answer } = await wire.post(form, form.action, new FormData(form));
    if (status === 200 && mine === asked) wire.fill(answer.parts, { evenFocused: true });
  } catch (error) {
    wire.say(error instanceof wire.SignedOut ? "signedOut" : "offline");
  }
});
keys.listen({ save: () => keys.press(form, "save"), next: () => keys.press(form, "next") });
wire.reveal(document);
