// enhance.js: small comforts on top of pages that work without it. Nothing depends on this file.
(() => {
  "use strict";
  const page = document.currentScript?.dataset ?? {}; // its words, in the language of the page

  // Move focus to the error summary, so that a screen reader starts there.
  document.getElementById("error-summary")?.focus();

  // Send a form once. The button keeps its name and value, so the server sees what was pressed.
  const sent = new Map();
  const restore = (form) => {
    const kept = sent.get(form);
    if (!kept) return;
    sent.delete(form);
    form.removeAttribute("aria-busy");
    kept.button?.removeAttribute("aria-busy");
    kept.button?.replaceChildren(...kept.words);
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    const button = event.submitter;
    sent.set(form, { button, words: button ? [...button.childNodes] : [] });
    form.setAttribute("aria-busy", "true");
    if (button) {
      button.setAttribute("aria-busy", "true");
      button.replaceChildren(button.dataset.busy || page.busy || "Saving…");
    }
    setTimeout(() => restore(form), 10000); // the network failed: let them try again
  });
  addEventListener("pageshow", () => [...sent.keys()].forEach(restore));

  // Keep the page of urgent help for when there is no network; the script keeps nothing else.
  if (page.worker) navigator.serviceWorker?.register(page.worker).catch(() => {});

  // Leave quickly: blank the page first, then go, and leave no step to come back to.
  const leave = document.querySelector("a[data-leave]");
  if (!leave) return;
  const go = () => {
    document.title = "\u00a0";
    document.body.replaceChildren();
    location.replace(leave.href);
  };
  leave.addEventListener("click", (event) => {
    event.preventDefault();
    go();
  });
  const status = document.createElement("p");
  status.className = "vh";
  status.setAttribute("role", "status");
  document.body.append(status);
  let presses = 0;
  let timer;
  addEventListener("keyup", (event) => {
    if (event.key !== "Shift") {
      presses = 0;
      return;
    }
    if (event.repeat) return;
    presses += 1;
    if (presses === 1) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        presses = 0;
        status.textContent = "";
      }, 5000);
    }
    if (presses === 3) go();
    else if (presses === 2) status.textContent = leave.dataset.onceMore;
  });
})();
