// decide.js: Ctrl+Enter inside the decision signs, as the button below it does. Nothing depends on this file.
document.getElementById("decide")?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat) return;
  event.preventDefault();
  event.currentTarget.requestSubmit(event.currentTarget.querySelector("button[type=submit][aria-keyshortcuts]"));
});
