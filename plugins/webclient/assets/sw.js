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

// Messages to who has the page closed. One that is open and seen tells by itself.

self.addEventListener("push", (event) => {
  const { title, body, tag, data } = event.data.json();
  const icon = `${SHELL.files[0].replace(/[^/]+$/, "")}icon-192.png`;
  event.waitUntil(self.registration.showNotification(title, { body, tag, data, icon, renotify: Boolean(tag) }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.data));
});

/** Show what a notification is about: in a window that is open, or a new one. */
async function lead({ notification_id }) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = windows.find((one) => new URL(one.url).pathname.startsWith(SHELL.home));
  if (!open) return self.clients.openWindow(`${SHELL.home}/notifications?open=${notification_id}`);
  open.postMessage({ lead: notification_id });
  return open.focus();
}
