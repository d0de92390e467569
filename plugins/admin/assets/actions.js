// What can be done: buttons, the form of a call, what will happen, the call.

import { call } from "./api.js";
import { ask, attempt, el, tell } from "./dom.js";
import { at, fill } from "./format.js";
import { formOf } from "./forms.js";
import { placed } from "./list.js";
import { random } from "./random.js";

/** Say whether an action is for this row, here, and this person. */
function fits(action, row, scope) {
  const held = action.scopes === null || (row?.scope !== null && [row?.scope ?? scope, scope].some((one) => action.scopes.includes(one))); // null: a thing of no scope
  return held && Object.entries(action.when).every(([field, values]) => [at(row, field)].flat().some((one) => values.includes(one)));
}

/** Return a button for each action that fits. */
export function buttons(actions, row, shell, done) {
  return actions
    .filter((one) => fits(one, row, shell.scope))
    .map((one) => el("button", { type: "button", class: one.danger ? "danger" : one.alone ? "" : "quiet", onclick: (event) => act(one, row, shell, done, event.currentTarget) }, one.label));
}

async function act(action, row, shell, done, button) {
  const key = random(); // of this intention: sent again, it is done once
  const send = (body, query, fields = {}) => call(action.method, placed(action.path, { ...row, ...fields }, shell.scope), { body, query, key: action.method === "POST" ? key : undefined });
  const plain = !action.confirm && !asks(action, row, shell.scope);
  const answer = plain ? await attempt(button.closest("main, dialog"), button, () => send(bodyOf(action, row, {}), {}).then(() => true)) : await ask(action.label, (dialog) => sheet(action, row, shell, send, dialog));
  if (!answer) return;
  tell(`Done: ${action.label}.`);
  if (answer !== true) await secret(action, answer);
  done();
}

const FIELD = /^\{([\w.]+)\}$/;
const asks = (action, row, scope) => Object.keys(action.body?.properties ?? {}).length + action.query.length + missing(action, row, scope).length > 0;
const bodyOf = (action, row, given) => (action.body || Object.keys(action.sends).length ? { ...given, ...sent(action, row) } : undefined);
const sent = (action, row) => Object.fromEntries(Object.entries(action.sends).map(([name, value]) => [name, FIELD.test(value) ? at(row, FIELD.exec(value)[1]) : value]));

/** Return the fields of the path that neither the row nor the scope has: they are asked for. */
function missing(action, row, scope) {
  const fields = [...action.path.matchAll(/\{(\w+)/g)].map(([, field]) => field);
  return fields.filter((field) => row?.[field] == null && field !== `${scope.split(":")[0]}_id`);
}

function sheet(action, row, shell, send, { close, heading, faults }) {
  const changes = ["PATCH", "PUT"].includes(action.method); // what is there already is what they begin with
  const given = formOf(action.body ?? {}, changes ? (row ?? {}) : { scope: shell.scope });
  const fields = missing(action, row, shell.scope);
  const path = formOf({ required: fields, properties: Object.fromEntries(fields.map((field) => [field, { type: "string" }])) });
  const asked = formOf({ properties: Object.fromEntries(action.query.map((one) => [one.name, one.schema])) }, shell.scope ? { scope: shell.scope } : {});
  const button = el("button", { class: action.danger ? "danger" : "" }, action.label);
  const form = el(
    "form",
    { class: "sheet", novalidate: true },
    heading,
    action.confirm ? el("p", { class: action.danger ? "warning" : "hint" }, fill(action.confirm, row ?? {})) : el("p", { class: "hint" }, action.about),
    faults,
    path.elements,
    asked.elements,
    given.elements,
    el("p", { class: "actions" }, button, el("button", { type: "button", class: "quiet", onclick: () => close() }, "Cancel")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(form, button, async () => close((await send(bodyOf(action, row, given.read()), asked.read(), path.read())) ?? true));
  });
  return form;
}

/** Show once what is told once: a code, a key. */
function secret(action, answer) {
  const told = Object.entries(answer).filter(([name, value]) => /^(code|secret|token|key)$/.test(name) && typeof value === "string");
  if (!told.length) return null;
  return ask(action.label, ({ close, heading }) =>
    el("div", { class: "sheet" }, heading, el("p", { class: "hint" }, "This is shown now and never again."), told.map(([, value]) => el("p", {}, el("code", { class: "secret" }, value))), el("p", { class: "actions" }, el("button", { type: "button", onclick: () => close() }, "I have it"))),
  );
}
