// Keeps the page of urgent help, its style and one page that says "you are offline". Nothing else is ever kept.
"use strict";
const NAME = "help-{{ version }}";
const KEPT = [{% for path in kept %}"{{ path|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const HELP = "{{ help|escapejs }}", OFFLINE = "{{ offline|escapejs }}", LEAVE = "{{ leave|escapejs }}";

const kept = async (path) => (await (await caches.open(NAME)).match(path, { ignoreVary: true })) || Response.error();

// Fetched without cookies, so that what is kept is what anybody would see.
addEventListener("install", (event) => {
  const asked = KEPT.map((path) => new Request(path, { credentials: "omit", cache: "reload" }));
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(asked)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name))));
  event.waitUntil(old.then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || pathname === LEAVE || pathname.startsWith("/staff/")) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => kept(pathname === HELP ? HELP : OFFLINE)));
  } else if (request.method === "GET" && KEPT.includes(pathname)) {
    event.respondWith(fetch(request).catch(() => kept(pathname)));
  }
});
