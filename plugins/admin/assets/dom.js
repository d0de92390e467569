// Elements, dialogs, and what went wrong at its field. Text is always set as text, never as markup.

import { Problem } from "./api.js";

export const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

/** Make an element: `el("p", { class: "price" }, "12 €")`; `onclick` and the like listen. */
export const el = (name, attributes, ...children) => filled(document.createElement(name), attributes, children);

/** Make an element of a drawing. */
export const svg = (name, attributes, ...children) => filled(document.createElementNS(SVG, name), attributes, children);

function filled(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return made;
}

/** Tell what was done, and to whom looks elsewhere as well. */
export function tell(text) {
  $("told").textContent = text;
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => ($("told").textContent = ""), 8000);
}

/** A dialog that is made, shown and thrown away; resolves with what `close(value)` was given. */
export function ask(title, build, { side = false } = {}) {
  return new Promise((resolve) => {
    let answer;
    const faults = el("p", { class: "fault", role: "alert", "data-faults": true });
    const heading = el("h2", { id: `dialog-${(ask.count = (ask.count ?? 0) + 1)}`, tabindex: -1 }, title);
    const dialog = el("dialog", { class: side ? "side" : "", "aria-labelledby": heading.id });
    const close = (value) => {
      answer = value;
      dialog.close();
    };
    dialog.append(build({ close, heading, faults, dialog }));
    dialog.addEventListener("click", (event) => event.target === dialog && close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Run what a button asks for: busy meanwhile, once at a time; what is refused is shown in `area`. */
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
  for (const field of area.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    described(field);
  }
  const place = area.querySelector("[data-faults]");
  if (place) place.textContent = "";
}

/** Show a problem: each remedy at its field, the rest at the head of the form. */
export function show(area, error) {
  if (!(error instanceof Problem)) console.error(error);
  const rest = [];
  for (const one of error.errors ?? []) {
    const field = fieldOf(area, one.pointer ?? `/${one.parameter ?? ""}`);
    if (field) mark(field, one.detail);
    else rest.push(one.detail);
  }
  const first = area.querySelector('[aria-invalid="true"]');
  const place = area.querySelector("[data-faults]");
  if (place && (rest.length || !first)) place.textContent = told(error, rest);
  (first ?? place)?.scrollIntoView({ block: "nearest" });
  first?.focus();
}

/** Say a problem in a sentence or two. */
export function told(error, rest = []) {
  const head = [error.title ?? "That did not work", error.detail, ...rest].filter(Boolean);
  return [...new Set(head)].map((text) => text.replace(/\.?$/, ".")).join(" ");
}

/** Return the control of a JSON Pointer, or of the nearest value around it: /price/amount, /price. */
function fieldOf(area, pointer) {
  for (let place = pointer; place; place = place.slice(0, place.lastIndexOf("/"))) {
    const found = area.querySelector(`[data-pointer="${CSS.escape(place)}"]`);
    if (found) return found;
  }
  return null;
}

function mark(field, text) {
  const id = `${field.id}-fault`;
  $(id)?.remove();
  field.setAttribute("aria-invalid", "true");
  field.after(el("span", { class: "fault", id, "data-of": field.id }, text));
  described(field);
}

/** Let a field be described by its hint and its fault, as far as they are there. */
function described(field) {
  const ids = [`${field.id}-hint`, `${field.id}-fault`].filter((id) => $(id));
  if (ids.length) field.setAttribute("aria-describedby", ids.join(" "));
  else field.removeAttribute("aria-describedby");
}
