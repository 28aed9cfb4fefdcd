// copy.js: one press copies the text on the page. Without this file it is chosen and copied by hand.
(() => {
  "use strict";
  const [text, button, said] = ["as-text", "copy", "copied"].map((id) => document.getElementById(id));
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    text.select();
    const copied = await navigator.clipboard.writeText(text.value).then(() => true, () => false);
    said.textContent = copied ? "Copied." : "It could not be copied. Press Ctrl and C.";
  });
})();
