// Register, verify, sign in, and the devices signed in.

import { call } from "./api.js";
import { $, ago, attempt, el, open, show } from "./dom.js";
import * as session from "./session.js";

const form = (id) => $(id).querySelector("form");
const values = (of) => Object.fromEntries([...new FormData(of)].filter(([, value]) => value !== ""));

/** Tell the list of devices what this one is. */
function device() {
  const agent = navigator.userAgent;
  const brand = [["Firefox", /Firefox/], ["Edge", /Edg/], ["Opera", /OPR/], ["Chrome", /Chrom/], ["Safari", /Safari/]];
  const system = [["Android", /Android/], ["iPhone", /iPhone/], ["iPad", /iPad/], ["Windows", /Windows/], ["Mac", /Mac OS/], ["Linux", /Linux/]];
  const found = (table) => table.find(([, pattern]) => pattern.test(agent))?.[0];
  return [found(brand) ?? "Browser", found(system)].filter(Boolean).join(" on ");
}

let afterwards = null;

/** Do something as somebody: at once, or after signing in. */
export function signedIn(work) {
  if (session.current()) return work();
  afterwards = work;
  open("sign-in");
}

function begin(answer) {
  session.begin(answer);
  const next = afterwards;
  afterwards = null;
  for (const dialog of [$("register"), $("sign-in")]) dialog.close();
  next?.();
}

function submit(id, path) {
  form(id).addEventListener("submit", (event) => {
    event.preventDefault();
    const sheet = event.target;
    attempt(sheet, event.submitter ?? sheet.querySelector("button"), async () => {
      try {
        const answer = await call("POST", path, { body: { ...values(sheet), device_name: device() } });
        sheet.reset();
        begin(answer);
      } catch (problem) {
        if (problem.kind === "mfa-required") $("second").hidden = false;
        throw problem;
      }
    });
  });
}

function shown(now) {
  for (const part of document.querySelectorAll("[data-when]")) part.hidden = (part.dataset.when === "in") !== Boolean(now);
  $("me").textContent = now?.user.name ?? "Account";
  const waiting = Boolean(now) && !now.user.email_verified && Boolean(now.user.email);
  $("unverified").hidden = !waiting;
  if (waiting) $("address").textContent = now.user.email;
}

/** Read the profile anew: the address may have been verified in another tab. */
async function look() {
  if (!session.current() || session.current().user.email_verified) return;
  const user = await call("GET", "/v1/auth/profile");
  if (session.current()) session.set({ ...session.current(), user });
}

async function devices() {
  const list = $("sessions");
  try {
    const { items } = await call("GET", "/v1/auth/sessions");
    list.replaceChildren(...items.map(row));
  } catch (problem) {
    show($("devices"), problem);
  }
}

function row(one) {
  const name = one.device || "A device";
  const about = el("div", {}, name, el("small", {}, `${one.ip} · used ${ago(one.last_used_at)}`));
  if (one.current) return el("li", {}, about, el("span", { class: "here" }, "This one"));
  const out = el("button", { type: "button", class: "quiet", "aria-label": `Sign out ${name}` }, "Sign out");
  out.addEventListener("click", () =>
    attempt($("devices"), out, async () => {
      await call("DELETE", `/v1/auth/sessions/${one.id}`);
      await devices();
    }),
  );
  return el("li", {}, about, out);
}

export function start() {
  submit("register", "/v1/auth/register");
  submit("sign-in", "/v1/auth/login");
  $("sign-in").addEventListener("close", () => ($("second").hidden = true));
  $("again").addEventListener("click", (event) =>
    attempt($("unverified"), event.target, async () => {
      await call("POST", "/v1/auth/verify-email/request");
      event.target.textContent = "Sent";
    }),
  );
  $("sign-out").addEventListener("click", (event) =>
    attempt($("devices"), event.target, async () => {
      await call("POST", "/v1/auth/logout");
      session.set(null);
      $("devices").close();
    }),
  );
  session.onChange(shown);
  session.onChange((now) => now || $("devices").close());
  shown(session.current());
  const quietly = () => look().catch(() => {}); // the next sight of the page asks again
  addEventListener("focus", quietly);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && quietly());
  quietly();
}

export const opened = { devices };
