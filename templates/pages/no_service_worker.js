// The clinic does not want phones to keep anything: take back what was kept.
"use strict";
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => {
  const all = caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name))));
  event.waitUntil(all.then(() => registration.unregister()));
});
