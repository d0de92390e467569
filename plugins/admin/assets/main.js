// The console: who signs in, the menu of what they may do, and the page the address names.

import { call, onStepUp } from "./api.js";
import { $, attempt, el, told } from "./dom.js";
import { name } from "./format.js";
import { listPage } from "./list.js";
import { overview } from "./overview.js";
import { called, choose, reportPage } from "./report.js";
import * as session from "./session.js";
import { signIn, signOut, stepUp } from "./signing.js";

let console_ = null; // what /v1/admin/pages answered for who is signed in
let round = 0;

const state = () => new URLSearchParams(location.search);
const named = () => decodeURIComponent(location.pathname.split("/")[2] ?? "");

/** Go to an address of the console, without loading anything anew. */
function go(url, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"]({}, "", url);
  return render();
}

/** Return the address of a page in the scope that is chosen. */
function address(page, query = {}) {
  const scope = state().get("scope");
  const asked = new URLSearchParams({ ...(scope ? { scope } : {}), ...query });
  return `/admin${page ? `/${page}` : ""}${asked.size ? `?${asked}` : ""}`;
}

/** Show whatever the address says, to whoever is signed in. */
async function render() {
  const mine = ++round;
  const main = $("main");
  $("top").hidden = $("menu").hidden = !session.current();
  if (!session.current()) {
    document.title = "Sign in · Console";
    return main.replaceChildren(signIn(started));
  }
  if (!console_) main.replaceChildren(el("p", { class: "state", role: "status" }, "Loading…"));
  try {
    console_ ??= await load();
  } catch (problem) {
    if (mine === round) main.replaceChildren(failed(problem));
    return;
  }
  if (mine !== round || !session.current()) return;
  menu();
  where();
  const page = console_.pages.find((one) => one.name === named());
  const title = page?.title ?? (named() ? "No such page" : "Overview");
  document.title = `${title} · ${console_.title}`;
  const shell = { console: console_, scope: state().get("scope") ?? "", address, go, state };
  if (!console_.pages.length) main.replaceChildren(nothing());
  else if (page) main.replaceChildren(...(page.columns.length ? listPage(page, shell) : reportPage(page, shell)));
  else if (named()) main.replaceChildren(missing());
  else main.replaceChildren(...overview(shell));
}

async function load() {
  const found = await call("GET", "/v1/admin/pages");
  name(found.scopes);
  const [only, ...others] = found.scopes;
  const chosen = state().get("scope");
  if (chosen && !found.scopes.some((one) => one.scope === chosen)) await known(chosen);
  if (only && !others.length && !found.every_scope && !chosen) {
    const asked = state();
    asked.set("scope", only.scope);
    history.replaceState({}, "", `${location.pathname}?${asked}`);
  }
  return found;
}

/** Learn what a scope is called that is chosen by the address alone. */
async function known(scope) {
  const { items } = await call("GET", "/v1/admin/scopes", { query: { of: scope } }).catch(() => ({ items: [] }));
  name(items);
}

const heading = (text) => el("h1", { tabindex: -1 }, text);

function failed(problem) {
  const again = el("button", { type: "button", onclick: render }, "Try again");
  return el("section", { class: "empty" }, heading("That did not work"), el("p", {}, told(problem)), again);
}

const nothing = () =>
  el("section", { class: "empty" }, heading("Nothing to look after"), el("p", {}, "Your account has no page of the console. Ask an administrator for a role, or sign in as somebody else."));

const missing = () =>
  el("section", { class: "empty" }, heading("No such page"), el("p", {}, "It does not exist, or it is not yours to see. "), el("p", {}, el("a", { href: address("") }, "To the overview")));

function menu() {
  const groups = grouped(console_.pages);
  const here = named();
  const link = (page, title) => el("li", {}, el("a", { href: address(page), "aria-current": page === here ? "page" : null }, title));
  const part = ([group, pages]) => [el("h2", {}, group), el("ul", {}, pages.map((one) => link(one.name, one.title)))];
  $("menu").replaceChildren(el("ul", {}, link("", "Overview")), ...[...groups].flatMap(part));
  $("me").textContent = session.current().user.name;
}

function grouped(pages) {
  const found = new Map();
  for (const one of pages) found.set(one.group, [...(found.get(one.group) ?? []), one]);
  return found;
}

/** Show where one is: a scope, or everywhere; nothing when there is no choice. */
function where() {
  const scope = state().get("scope");
  const some = console_.scopes.length > 1 || (console_.every_scope && console_.pages.some((one) => one.scope_kind || one.takes_scope));
  $("where").hidden = !some && !scope;
  $("where").disabled = !some;
  $("where").replaceChildren(el("span", { class: "unseen" }, "Where: "), called(scope));
}

async function elsewhere() {
  const chosen = await choose(console_);
  if (chosen === undefined) return;
  const asked = state();
  chosen ? asked.set("scope", chosen) : asked.delete("scope");
  go(`${location.pathname}${asked.size ? `?${asked}` : ""}`);
}

function started(answer) {
  console_ = null;
  session.begin(answer);
}

function toggle(open) {
  $("menu").classList.toggle("open", open);
  $("menu-button").setAttribute("aria-expanded", String(open));
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='/admin']");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  toggle(false);
  go(link.getAttribute("href")).then(() => $("main").querySelector("h1")?.focus());
});
$("menu-button").addEventListener("click", () => toggle(!$("menu").classList.contains("open")));
$("where").addEventListener("click", elsewhere);
$("sign-out").addEventListener("click", (event) => attempt($("top"), event.target, signOut));
onStepUp(stepUp);
session.onChange((now) => {
  if (!now) for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  console_ = now ? console_ : null;
  render();
});
addEventListener("popstate", render);
render().finally(() => (document.documentElement.dataset.ready = ""));
