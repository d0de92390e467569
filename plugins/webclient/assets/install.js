// Offline, updates and installing: the service worker, and what the page says about it.

import { html, useEffect, useState } from "./preact-htm.js";
import { HOME, has } from "./config.js";
import { store, useStore } from "./store.js";
import { t } from "./strings.js";

const waiting = store(null); // a new version's worker
const offered = store(null); // the browser's offer to install

export const online = store(navigator.onLine);
for (const name of ["online", "offline"]) addEventListener(name, () => online.set(navigator.onLine));

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offered.set(event);
});
addEventListener("appinstalled", () => offered.set(null));

/** Register the worker; says when a newer version than this page's is there. Without HTTPS there is none, and all else works. */
export async function register() {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  let fresh = true; // the page has just come: a worker found now is of its version
  const registration = await serviceWorker.register(`${HOME}/sw.js`, { scope: HOME });
  const look = (worker) => {
    if (worker?.state !== "installed" || !serviceWorker.controller) return;
    if (fresh) worker.postMessage("update");
    else waiting.set(worker);
  };
  look(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker.addEventListener("statechange", () => look(worker));
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    fresh = false;
    registration.update().catch(() => {}); // offline: the next sight asks again
  });
}

function load(worker) {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  worker.postMessage("update");
}

/** Say above the page that there is no network, or that a new version waits. */
export function Notices() {
  const there = useStore(online);
  const worker = useStore(waiting);
  return html`
    <div class="notices" role="status">
      ${!there && html`<p class="notice">${has("chat") ? t("You are offline. What you see may be old; messages are sent when you are back.") : t("You are offline. What you see may be old; what you do is not sent.")}</p>`}
      ${worker && html`<p class="notice">${t("A new version is here.")} <button type="button" class="link" onClick=${() => load(worker)}>${t("Load it")}</button></p>`}
    </div>`;
}

/** Offer to install it, where the browser can. */
export function Install() {
  const event = useStore(offered);
  const [installed, set] = useState(matchMedia("(display-mode: standalone)").matches);
  useEffect(() => offered.follow((now) => !now && set(true)), []);
  if (!event || installed) return null;
  return html`<p><button type="button" class="quiet" onClick=${() => event.prompt()}>${t("Install on this device")}</button></p>`;
}
