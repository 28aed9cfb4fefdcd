// present.js: tells the server that somebody is there, and covers a page that nobody used for 15 minutes.
// The server locks by itself; without this file a locked page stays on the screen until the next click.
(() => {
  "use strict";
  const LONGEST = 15 * 60 * 1000;
  const TELL_EVERY = 4 * 60 * 1000;
  const { alive, signIn, who } = document.currentScript.dataset;
  let used = Date.now();
  let told = used;
  let typed = false;
  let cover = null;

  const ask = async () => {
    const answer = await fetch(alive, { redirect: "manual" });
    return answer.ok ? answer.json() : null;
  };
  const here = () => {
    if (cover) return;
    used = Date.now();
    if (used - told < TELL_EVERY) return;
    told = used;
    ask().catch(() => {});
  };
  const uncover = async () => {
    const found = await ask().catch(() => null);
    if (!found) return;
    if (found.who !== who) return void location.replace(location.href);
    // signing in changes the token of every form
    for (const input of document.getElementsByName("csrfmiddlewaretoken")) input.value = found.token;
    cover.remove();
    cover = null;
    for (const part of document.body.children) part.hidden = false;
    used = told = Date.now();
  };
  const lock = () => {
    if (!typed && !document.getElementById("error-summary")) return void location.replace(location.href);
    for (const part of document.body.children) part.hidden = true;
    cover = document.createElement("main");
    cover.className = "wide";
    cover.innerHTML = '<h1 tabindex="-1">This page is locked</h1><p>Nobody used it for 15 minutes. What you typed is still here.</p>'
      + '<div class="btns"><a class="btn" target="_blank" rel="noopener">Sign in again, in a new tab</a>'
      + '<button class="btn ghost" type="button">I have signed in</button></div>';
    cover.querySelector("a").href = signIn;
    cover.querySelector("button").addEventListener("click", uncover);
    document.body.append(cover);
    cover.querySelector("h1").focus();
  };
  for (const kind of ["keydown", "pointerdown", "pointermove", "scroll"]) addEventListener(kind, here, { passive: true });
  addEventListener("input", () => { typed = true; });
  setInterval(() => { if (!cover && Date.now() - used > LONGEST) lock(); }, 15000);
})();
