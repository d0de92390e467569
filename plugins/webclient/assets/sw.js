// Keeps the page and its files, so that the client opens without a network. Above stands SHELL: its version and files.
//
// Answers of the API are never kept here: what they say depends on who asks and when. A page comes from the network
// when there is one; a file's address changes with its content, so a kept one is right. A new version waits until the
// person says so (or the last tab is closed), for the modules of two versions do not mix.

const KEPT = `stoa-shell-${SHELL.version}`;

self.addEventListener("install", (event) => {
  const fresh = [SHELL.home, ...SHELL.files].map((url) => new Request(url, { cache: "no-cache" }));
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(fresh)));
});

self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith("stoa-shell-") && name !== KEPT).map((name) => caches.delete(name))));
  event.waitUntil(old.then(() => self.clients.claim()));
});

self.addEventListener("message", ({ data }) => data === "update" && self.skipWaiting());

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (url.pathname.startsWith(`${SHELL.home}/files/`)) event.respondWith(file(request));
});

/** Answer with the page of the network, or the kept one; what is not the client's page fails as without a worker. */
async function page(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const { pathname } = new URL(request.url);
    const ours = pathname === SHELL.home || pathname.startsWith(`${SHELL.home}/`);
    const kept = ours && (await caches.match(SHELL.home, { cacheName: KEPT }));
    if (kept) return kept;
    throw error;
  }
}

async function file(request) {
  return (await caches.match(request)) ?? fetch(request);
}
