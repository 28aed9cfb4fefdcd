// worklist.js: says each minute what came since the list was opened. It moves no row, and does not count as somebody there.
(() => {
  "use strict";
  const EVERY = 60 * 1000;
  const came = document.getElementById("came");
  if (!came?.dataset.ask) return;
  let said = came.innerHTML.trim();
  const ask = async () => {
    if (document.hidden) return;
    const answer = await fetch(came.dataset.ask, { headers: { "HX-Request": "true" }, redirect: "manual" });
    if (!answer.ok) return;
    const words = (await answer.text()).trim();
    if (words !== said) came.innerHTML = said = words;
  };
  setInterval(() => ask().catch(() => {}), EVERY);
})();
