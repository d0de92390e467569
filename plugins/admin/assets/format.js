// Values of the API as people read them.

import { call } from "./api.js";
import { el } from "./dom.js";

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SCOPE = /^([a-z][a-z0-9_]*):([0-9a-f-]{36})$/;
const STATE = /^[A-Z][A-Z_]{2,}$/;
const TONES = [
  ["good", /^(ok|enabled|active|approved|resolved|captured|completed|confirmed|released|paid|sent|delivered|succeeded|verified|trialing|granted|sold)$/i],
  ["wait", /^(pending|reviewing|requested|due|held|hold|processing|authorised|action_required|queued|draft|past_due|suspended|waiting)$/i],
  ["bad", /^(failing|failed|rejected|banned|cancelled|expired|removed|dismissed|refunded|bounced|suppressed|dead|left out|deactivated|in_force)$/i],
];
const MOST = 6;
let scopes = new Map();
const names = new Map();

/** Say what scopes are called. */
export const name = (known) => (scopes = new Map([...scopes, ...known.map((one) => [one.scope, one.name])]));

/** Return what a path such as `owner.name` leads to in a row. */
export const at = (row, path) => path.split(".").reduce((value, part) => value?.[part], row);

/** Fill the `{field}`s of a text from a row. */
export const fill = (text, row) => text.replace(/\{([\w.]+)\}/g, (_, path) => plain(at(row, path)));

/** Return a field's name as a person would write it. */
export const words = (field) => field.replace(/_id$/, "").replace(/[_.]/g, " ").replace(/^./, (one) => one.toUpperCase());

/** Return the kind of a thing as what is many of: "join_request" → "Join requests". */
export const many = (kind) => words(kind.toLowerCase()).replace(/([^aeiou])y$/, "$1ie").replace(/(s|x|ch|sh)$/, "$1e") + "s";

export const sum = (amount, currency) => {
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
};

export const isMoney = (value) => value != null && typeof value === "object" && "amount" in value && "currency" in value;

/** Return a value as text alone. */
export function plain(value) {
  if (value == null || value === "") return "—";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return value.toLocaleString();
  if (isMoney(value)) return sum(value.amount, value.currency);
  if (Array.isArray(value)) return value.length ? value.map(plain).join(", ") : "—";
  if (typeof value === "object") {
    if (value.name || value.title) return value.name || value.title;
    if (value.role) return value.scope ? `${value.role}, ${plain(value.scope)}` : value.role;
    return Object.entries(value).filter(([, one]) => one != null && one !== "").map(([key, one]) => `${words(key)}: ${plain(one)}`).join(", ") || "—";
  }
  const scope = SCOPE.exec(value);
  if (scope) return scopes.get(value) ?? `${words(scope[1])} …${scope[2].slice(-6)}`;
  return String(value);
}

/** Return a value as an element or text; `person` says that it is the id of an account. */
export function shown(value, { person = false, field = "" } = {}) {
  if (value == null || value === "" || (Array.isArray(value) && !value.length)) return el("span", { class: "none" }, "—");
  if (person && UUID.test(value)) return el("span", { "data-person": value, title: value }, names.get(value) ?? "…");
  if (SCOPE.test(value)) return el("span", { "data-scope": value, title: value }, plain(value));
  if (typeof value === "string" && MOMENT.test(value)) return moment(value);
  if (typeof value === "string" && UUID.test(value)) return el("code", { title: value }, `…${value.slice(-8)}`);
  if (typeof value === "string" && (STATE.test(value) || /(^|\.)(status|state)$/.test(field))) return badge(value);
  if (Array.isArray(value)) return list(value);
  if (isMoney(value)) return el("span", { class: "value" }, plain(value));
  return plain(value);
}

function badge(value) {
  const tone = TONES.find(([, pattern]) => pattern.test(value))?.[0] ?? "plain";
  return el("span", { class: `badge ${tone}` }, words(value.toLowerCase()));
}

function list(values) {
  const more = values.length - MOST;
  const chip = (one) => el("span", { class: "chip" }, one?.role ? [one.role, one.scope && [", ", shown(one.scope)]] : plain(one));
  const some = values.slice(0, MOST).map(chip);
  return el("span", { class: "chips" }, some, more > 0 && el("span", { class: "none" }, `and ${more} more`));
}

function moment(value) {
  const when = new Date(value);
  const text = when.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  return el("time", { datetime: value, title: ago(when) }, text);
}

function ago(when) {
  const seconds = (when - Date.now()) / 1000;
  const format = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  for (const [unit, size] of [["day", 86400], ["hour", 3600], ["minute", 60]])
    if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  return "just now";
}

/** Return an object as terms and descriptions, what is in it likewise. */
export function terms(value, people = []) {
  const isEmpty = (one) => one == null || one === "" || (Array.isArray(one) && !one.length);
  const entries = Object.entries(value).filter(([key, one]) => key !== "version" && !isEmpty(one));
  return el("dl", {}, entries.flatMap(([key, one]) => [el("dt", {}, words(key)), el("dd", {}, inner(one, key, people))]));
}

function inner(value, key, people) {
  const isObject = value && typeof value === "object";
  const isPerson = people.includes(key) || key === "actor_id" || key === "by";
  if (typeof value === "string" && UUID.test(value) && !isPerson) return el("code", {}, value); // whole, to be copied
  if (!isObject || isMoney(value)) return shown(value, { person: isPerson, field: key });
  if (Array.isArray(value)) {
    if (value.every((one) => one === null || typeof one !== "object")) return shown(value);
    return el("ol", { class: "inner" }, value.map((one) => el("li", {}, typeof one === "object" ? terms(one, people) : shown(one))));
  }
  return value.name && Object.keys(value).length < 8 ? plain(value) : terms(value, people);
}

/** Put names where ids stand, of people and of scopes: a question for all of each. */
export function people(area) {
  return Promise.all([persons(area), places(area)]);
}

async function places(area) {
  const found = [...area.querySelectorAll("[data-scope]")];
  const unknown = [...new Set(found.map((one) => one.dataset.scope))].filter((scope) => !scopes.has(scope)).slice(0, 100);
  if (unknown.length) {
    const { items } = await call("GET", "/v1/admin/scopes", { query: { of: unknown.join(","), limit: 100 } }).catch(() => ({ items: [] }));
    name(items);
  }
  for (const one of found) one.textContent = plain(one.dataset.scope);
}

async function persons(area) {
  const places = [...area.querySelectorAll("[data-person]")];
  const unknown = [...new Set(places.map((one) => one.dataset.person))].filter((id) => !names.has(id));
  for (let from = 0; from < unknown.length; from += 100) {
    const asked = unknown.slice(from, from + 100);
    const { items } = await call("GET", "/v1/admin/people", { query: { ids: asked.join(",") } }).catch(() => ({ items: [] }));
    for (const id of asked) names.set(id, items.find((one) => one.id === id)?.name ?? `…${id.slice(-8)}`);
  }
  for (const one of places) one.textContent = names.get(one.dataset.person);
}
