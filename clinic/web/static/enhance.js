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

  // Say how many letters are left, from the first one typed, and to a screen reader only after a pause.
  document.querySelectorAll("textarea[data-most]").forEach((area) => {
    const { most, left, over } = area.dataset;
    const [shown, told] = ["hint", "vh"].map((name) => Object.assign(document.createElement("p"), { className: name }));
    let timer;
    shown.setAttribute("aria-hidden", "true");
    told.setAttribute("role", "status");
    area.after(shown, told);
    area.addEventListener("input", () => {
      const rest = most - [...area.value].length;
      shown.textContent = (rest < 0 ? over : left).replace("{n}", Math.abs(rest).toLocaleString("en-US"));
      clearTimeout(timer);
      timer = setTimeout(() => (told.textContent = shown.textContent), 1000);
    });
  });

  // Suggest names from one list. What is typed stays in this browser, and only a choice replaces it.
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").trim().toLowerCase();
  const suggest = (input) => {
    const list = document.createElement("ul");
    const told = document.createElement("p");
    let names;
    let timer;
    let at = -1;
    list.id = `${input.id}_names`;
    list.className = "suggested";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.labels[0].textContent);
    told.className = "vh";
    told.setAttribute("role", "status");
    input.after(list, told);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    const close = () => {
      clearTimeout(timer);
      at = -1;
      list.hidden = true;
      list.replaceChildren();
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const choose = (option) => {
      input.value = option.textContent;
      close();
      told.textContent = "";
    };
    const move = (step) => {
      const options = [...list.children];
      at = (at + step + options.length + (at < 0 && step < 0)) % options.length;
      options.forEach((each, number) => each.setAttribute("aria-selected", String(number === at)));
      options[at].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", options[at].id);
    };
    const option = (name, number) => {
      const made = document.createElement("li");
      made.id = `${list.id}_${number}`;
      made.setAttribute("role", "option");
      made.setAttribute("aria-selected", "false");
      made.textContent = name;
      made.addEventListener("mousedown", (event) => event.preventDefault()); // the input keeps its focus
      made.addEventListener("click", () => choose(made));
      return made;
    };
    const fits = (typed) => {
      const starts = names.filter((name) => plain(name).startsWith(typed));
      const within = names.filter((name) => plain(name).includes(` ${typed}`));
      return [...new Set([...starts, ...within])].slice(0, 8);
    };
    const look = async () => {
      const typed = plain(input.value);
      names ??= await fetch(input.dataset.names).then((answer) => (answer.ok ? answer.json() : [])).catch(() => []);
      if (typed !== plain(input.value) || document.activeElement !== input) return;
      const found = typed.length < 2 ? [] : fits(typed);
      const isWhole = found.length === 1 && plain(found[0]) === typed;
      close();
      if (!found.length || isWhole) {
        told.textContent = "";
        return;
      }
      list.replaceChildren(...found.map(option));
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      told.textContent = found.length === 1 ? input.dataset.one : input.dataset.more.replace("{n}", found.length);
    };
    const keys = {
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      Escape: close,
      Enter: () => choose(list.children[at]),
    };
    close();
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(look, 200);
    });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (list.hidden || !keys[event.key] || (event.key === "Enter" && at < 0)) return;
      event.preventDefault();
      keys[event.key]();
    });
  };
  document.querySelectorAll("input[data-names]").forEach(suggest);

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
