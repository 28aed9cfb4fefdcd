// keys.js: keys in the table of the worklist, loaded only for somebody who turned them on. Nothing depends on this file.
(() => {
  "use strict";
  const keys = document.getElementById("keys");
  if (!keys) return;
  const does = new Map();
  for (const key of keys.querySelectorAll("[data-does]")) {
    for (const name of key.dataset.keys.split(" ")) does.set(name.toLowerCase(), key.dataset.does);
  }
  const links = [...document.querySelectorAll("table.list .rowlink")];
  const go = (row, by) => links[links.indexOf(row.querySelector(".rowlink")) + by]?.focus();
  const work = {
    below: (row) => go(row, 1),
    above: (row) => go(row, -1),
    open: (row) => row.querySelector(".rowlink").click(),
    claim: (row) => {
      const box = row.querySelector("[name=intake]");
      if (!box) return;
      const form = box.form;
      box.checked = true;
      form.elements.namedItem("at").value = box.value;
      form.requestSubmit();
    },
    filters: () => {
      const first = document.querySelector(".filters select");
      first.closest("details").open = true;
      first.focus();
    },
    listed: () => {
      keys.open = true;
      keys.querySelector("summary").focus();
    },
  };
  document.addEventListener("keydown", (event) => {
    const row = event.target.closest("table.list tbody tr");
    const what = does.get(event.key.toLowerCase());
    if (!row || !what || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    event.preventDefault();
    if (!event.repeat || what === "below" || what === "above") work[what](row);
  });
  keys.hidden = false;
})();
