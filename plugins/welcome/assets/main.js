// Stoa's welcome page: a client of the public API.

import * as account from "./account.js";
import * as browse from "./browse.js";
import { $, clear, open } from "./dom.js";
import * as publish from "./publish.js";

const needs = { publish: () => account.signedIn(publish.opened), devices: () => account.signedIn(devices) };

function devices() {
  open("devices");
  return account.opened.devices();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) (needs[opener.dataset.open] ?? open)(opener.dataset.open);
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  if (event.target instanceof HTMLDialogElement) event.target.close(); // the backdrop
});
for (const dialog of document.querySelectorAll("dialog")) dialog.addEventListener("close", () => clear(dialog));
for (const hint of document.querySelectorAll(".hint[id$='-hint']")) $(hint.id.slice(0, -5))?.setAttribute("aria-describedby", hint.id);

account.start();
publish.start(browse.start());
document.documentElement.dataset.ready = "";
