// Elements, dialogs, forms: text is always set as text, never as markup.

import { Problem } from "./api.js";

export const $ = (id) => document.getElementById(id);

/** Make an element: `el("p", { class: "price" }, "12 €")`. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child != null && child !== false));
  return made;
}

/** Show a dialog; another one that is open gives way. */
export function open(id) {
  for (const other of document.querySelectorAll("dialog[open]")) other.close();
  clear($(id));
  $(id).showModal();
  return $(id);
}

export function money({ amount, currency }) {
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
  return format.format(amount / 10 ** digits(currency));
}

export const digits = (currency) =>
  new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;

export function ago(moment) {
  const seconds = (new Date(moment) - Date.now()) / 1000;
  const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
  const format = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  for (const [unit, size] of units) if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  return "just now";
}

/** Run what a button asks for: busy meanwhile, once at a time, and what is refused is shown in `area`. */
export async function attempt(area, button, work) {
  if (button.getAttribute("aria-busy") === "true") return;
  clear(area);
  button.setAttribute("aria-busy", "true");
  try {
    return await work();
  } catch (error) {
    show(area, error);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

export function clear(area) {
  for (const fault of area.querySelectorAll(".fault[data-of]")) fault.remove();
  for (const field of area.querySelectorAll("[aria-invalid]")) unmark(field);
  const place = area.querySelector("[data-faults]");
  if (place) place.textContent = "";
}

/** Show a problem: each remedy at its field, the rest at the head of the form. */
export function show(area, error) {
  if (error.name === "AbortError") return;
  if (!(error instanceof Problem)) console.error(error);
  const rest = [];
  for (const one of error.errors ?? []) {
    const field = fieldOf(area, one.pointer ?? `/${one.parameter ?? ""}`);
    if (field) mark(field, one.detail);
    else rest.push(one.detail);
  }
  const first = area.querySelector('[aria-invalid="true"]');
  const head = [error.title ?? "That did not work", error.detail, ...rest].filter(Boolean);
  const place = area.querySelector("[data-faults]");
  if (place && (rest.length || !first)) place.textContent = head.map((text) => text.replace(/\.?$/, ".")).join(" ");
  (first ?? place)?.scrollIntoView({ block: "nearest" });
  first?.focus();
}

/** Return the control of a JSON Pointer, or of the nearest value around it: /price/amount, /price. */
function fieldOf(area, pointer) {
  for (let place = pointer; place; place = place.slice(0, place.lastIndexOf("/"))) {
    const found = area.querySelector(`[data-pointer="${CSS.escape(place)}"], [name="${CSS.escape(place.slice(1))}"]`);
    if (found && found.type !== "radio") return found;
  }
  return null;
}

function mark(field, text) {
  const id = `${field.id}-fault`;
  $(id)?.remove();
  const fault = el("span", { class: "fault", id, "data-of": field.id }, text);
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-errormessage", id);
  const hint = `${field.id}-hint`;
  field.setAttribute("aria-describedby", $(hint) ? `${id} ${hint}` : id);
  field.after(fault);
}

function unmark(field) {
  field.removeAttribute("aria-invalid");
  field.removeAttribute("aria-errormessage");
  if ($(`${field.id}-hint`)) field.setAttribute("aria-describedby", `${field.id}-hint`);
  else field.removeAttribute("aria-describedby");
}
