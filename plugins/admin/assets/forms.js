// Forms made from the JSON Schemas the API checks requests with.

import { call } from "./api.js";
import { el } from "./dom.js";
import { words } from "./format.js";

const PERSON = /^(actor|owner|user|member|payer|payee|buyer|seller|admin)(_id)?$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
let count = 0;
const LONG = 150; // a text that may be longer gets room

/** Return a schema without its "or null", and whether null was allowed. */
export function opened(schema) {
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  const rest = choices?.filter((one) => one.type !== "null");
  if (rest?.length === 1) return { ...opened(rest[0]), ...without(schema), nullable: choices.length > 1 };
  const types = [schema.type].flat();
  const values = schema.enum?.filter((one) => one !== null);
  return { ...schema, type: types.find((one) => one && one !== "null"), enum: values, nullable: types.includes("null") };
}

const without = ({ anyOf, oneOf, allOf, ...rest }) => rest;
const isMoney = (schema) => schema.type === "object" && schema.properties?.amount && schema.properties?.currency;

/** Return the fields of a body's schema: elements, and `read()` that returns what they hold. */
export function formOf(schema, preset = {}) {
  const required = schema.required ?? [];
  const fields = Object.entries(schema.properties ?? {})
    .filter(([, one]) => !one.readOnly)
    .map(([name, one]) => control(name, opened(one), required.includes(name), preset[name]));
  return { elements: fields.map((one) => one.element), read: () => Object.fromEntries(fields.map((one) => [one.name, one.read()]).filter(([, value]) => value !== undefined)) };
}

/** Return one field of a form, or a filter: its element and how it is read. */
export function control(name, schema, required, preset, { label = words(name), empty = "", plain = false } = {}) {
  const id = `field-${++count}`;
  const given = preset ?? schema.default ?? "";
  const options = { id, required, given, empty };
  const made = schema.format === "uuid" && PERSON.test(name) ? person(options) : inputOf(schema, options);
  made.input.id = id;
  made.input.dataset.pointer = `/${name}`;
  made.input.setAttribute("name", name);
  if (required) made.input.setAttribute("aria-required", "true");
  const hint = schema.description && el("span", { class: "hint", id: `${id}-hint` }, schema.description);
  if (hint) made.input.setAttribute("aria-describedby", `${id}-hint`);
  const text = el("label", { for: id, class: required && !plain ? "required" : "" }, label);
  const isTick = schema.type === "boolean" && made.input.type === "checkbox";
  const element = isTick ? el("p", { class: "field tick" }, made.input, text, hint) : el("p", { class: "field" }, text, made.input, made.beside, hint);
  return { name, element, input: made.input, read: made.read };
}

function inputOf(schema, options) {
  if (schema.enum?.length) return choice(schema, options);
  if (schema.type === "boolean") return options.empty ? choice({ ...schema, enum: [true, false] }, options) : tick(options);
  if (schema.type === "integer" || schema.type === "number") return number(schema, options);
  if (isMoney(schema)) return money(options);
  if (schema.format === "date-time") return moment(options);
  if (schema.type === "array") return several(schema, options);
  if (schema.type === "object") return json(options);
  return text(schema, options);
}

function choice(schema, { given, required, empty }) {
  const nothing = !required || empty ? [el("option", { value: "" }, empty || "—")] : [];
  const worded = (value) => (typeof value === "boolean" ? (value ? "Yes" : "No") : words(String(value).toLowerCase()));
  const options = schema.enum.map((value) => el("option", { value: String(value), selected: String(value) === String(given) }, worded(value)));
  const input = el("select", {}, nothing, options);
  return { input, read: () => (input.value === "" ? undefined : schema.enum.find((value) => String(value) === input.value)) };
}

function tick({ given }) {
  const input = el("input", { type: "checkbox", checked: given === true });
  return { input, read: () => input.checked };
}

function number(schema, { given }) {
  const input = el("input", { type: "number", value: given, min: schema.minimum, max: schema.maximum, step: schema.type === "integer" ? 1 : "any" });
  return { input, read: () => (input.value === "" ? undefined : Number(input.value)) };
}

function money({ given, id }) {
  const currency = el("input", { id: `${id}-currency`, "aria-label": "Currency", value: given?.currency ?? "EUR", maxlength: 3, size: 4 });
  const digits = () => new Intl.NumberFormat("en", { style: "currency", currency: currency.value }).resolvedOptions().maximumFractionDigits;
  const input = el("input", { inputmode: "decimal", value: given ? given.amount / 10 ** digits() : "" });
  const read = () => (input.value.trim() === "" ? undefined : { amount: Math.round(Number(input.value.replace(",", ".")) * 10 ** digits()), currency: currency.value.toUpperCase() });
  return { input, beside: currency, read };
}

function moment({ given }) {
  const input = el("input", { type: "datetime-local", value: given ? local(new Date(given)) : "" });
  return { input, read: () => (input.value ? new Date(input.value).toISOString() : undefined) };
}

const local = (when) => new Date(when - when.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

function several(schema, { given }) {
  const input = el("textarea", { rows: 2, placeholder: "One a line" }, [given || []].flat().map((one) => (typeof one === "object" ? JSON.stringify(one) : one)).join("\n"));
  const isText = ["string", undefined].includes(opened(schema.items ?? {}).type);
  const lines = () => input.value.split("\n").map((line) => line.trim()).filter(Boolean);
  return { input, read: () => (input.value.trim() === "" ? undefined : isText ? lines() : lines().map((line) => JSON.parse(line))) };
}

function json({ given }) {
  const input = el("textarea", { rows: 4, spellcheck: "false" }, given ? JSON.stringify(given, null, 2) : "");
  return { input, read: () => (input.value.trim() === "" ? undefined : JSON.parse(input.value)) };
}

/** A person, found by name or address; what is read is their id. */
function person({ id, given }) {
  const ids = new Map();
  const list = el("datalist", { id: `${id}-people` });
  const input = el("input", { value: given, list: list.id, autocomplete: "off", placeholder: "Name, e-mail or id" });
  const find = async () => {
    const asked = input.value.trim();
    if (asked.length < 2 || UUID.test(asked) || ids.has(asked)) return;
    const query = { [asked.includes("@") ? "email" : "q"]: asked, limit: 8 };
    const { items } = await call("GET", "/v1/users", { query }).catch(() => ({ items: [] }));
    for (const one of items) ids.set(one.email ? `${one.name}, ${one.email}` : one.name, one.id);
    list.replaceChildren(...[...ids.keys()].map((label) => el("option", { value: label })));
    if (ids.has(input.value)) input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  input.addEventListener("input", () => {
    clearTimeout(input.timer);
    input.timer = setTimeout(find, 250);
  });
  const known = (value) => (UUID.test(value) ? value : ids.get(value));
  return { input, beside: list, read: () => known(input.value.trim()) };
}

function text(schema, { given, empty }) {
  const isLong = !empty && !schema.format && !schema.enum && (schema.maxLength ?? 0) > LONG;
  const input = isLong
    ? el("textarea", { rows: 3, maxlength: schema.maxLength }, given)
    : el("input", { type: schema.format === "email" ? "email" : "text", value: given, maxlength: schema.maxLength, autocomplete: "off" });
  return { input, read: () => (input.value === "" ? undefined : input.value) };
}
