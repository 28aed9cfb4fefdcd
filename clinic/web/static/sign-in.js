// sign-in.js: a button beside each password that shows what was typed. Nothing depends on it.
(() => {
  "use strict";
  for (const input of document.querySelectorAll("input[type=password]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn plain";
    button.textContent = "Show password";
    button.setAttribute("aria-controls", input.id);
    button.addEventListener("click", () => {
      const hidden = input.type === "password";
      input.type = hidden ? "text" : "password";
      button.textContent = hidden ? "Hide password" : "Show password";
    });
    input.form?.addEventListener("submit", () => { input.type = "password"; });
    input.after(button);
  }
})();
