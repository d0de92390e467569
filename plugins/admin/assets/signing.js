// Sign in, with a second factor where there is one; and prove again who one is.

import { call } from "./api.js";
import { $, ask, attempt, el, told } from "./dom.js";
import { set } from "./session.js";

const input = (id, pointer, label, attributes) => [
  el("label", { for: id }, label),
  el("input", { id, name: id, "data-pointer": pointer, ...attributes }),
];
const CODE = { autocomplete: "one-time-code", inputmode: "numeric", maxlength: 40 };

/** Return the form that signs in; `started` gets the answer. */
export function signIn(started) {
  const second = el("p", { class: "field", hidden: true }, input("code", "/mfa_code", "Code of your authenticator", CODE));
  const form = el(
    "form",
    { class: "sheet sign-in", novalidate: true },
    el("h1", {}, "Sign in to the console"),
    el("p", { class: "fault", role: "alert", "data-faults": true }),
    el("p", { class: "field" }, input("email", "/email", "E-mail address", { type: "email", autocomplete: "username" })),
    el("p", { class: "field" }, input("password", "/password", "Password", { type: "password", autocomplete: "current-password" })),
    second,
    el("p", { class: "actions" }, el("button", {}, "Sign in")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(form, form.querySelector("button"), () => enter(form, second, started));
  });
  return form;
}

async function enter(form, second, started) {
  const { email, password, code } = form.elements;
  const body = { email: email.value, password: password.value, device_name: "Console" };
  if (code.value) body.mfa_code = code.value.trim();
  try {
    started(await call("POST", "/v1/auth/login", { body }));
  } catch (problem) {
    if (problem.kind === "mfa-required") {
      second.hidden = false;
      code.focus();
    }
    throw problem;
  }
}

/** Ask for the second factor, or the password where there is none; true when it was right. */
export async function stepUp() {
  const { enabled } = await call("GET", "/v1/auth/mfa");
  return Boolean(await ask("It is really you?", ({ close, heading, faults }) => proof(enabled, close, heading, faults)));
}

function proof(enabled, close, heading, faults) {
  const field = enabled
    ? input("step-up", "/code", "Code of your authenticator", CODE)
    : input("step-up", "/password", "Your password", { type: "password", autocomplete: "current-password" });
  const form = el(
    "form",
    { class: "sheet", novalidate: true },
    heading,
    el("p", { class: "hint" }, "This takes a proof of who is at the keyboard, not older than a few minutes."),
    faults,
    el("p", { class: "field" }, field),
    el("p", { class: "actions" }, el("button", {}, "Go on"), el("button", { type: "button", class: "quiet", onclick: () => close() }, "Cancel")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(form, form.querySelector("button"), async () => {
      const value = $("step-up").value.trim();
      await call("POST", "/v1/auth/step-up", { body: enabled ? { code: value } : { password: value } });
      close(true);
    });
  });
  return form;
}

/** End the session, at the server and here; where the server does not hear it, say so and ask what then. */
export async function signOut() {
  try {
    await leave();
  } catch (problem) {
    await ask("You are not signed out", ({ close, heading, faults }) => stuck(problem, close, heading, faults));
  }
}

/** Sign out; a session that the server knows no longer ends here as well. */
async function leave() {
  await call("POST", "/v1/auth/logout").catch((problem) => {
    if (problem.status !== 401) throw problem;
  });
  set(null);
}

function stuck(problem, close, heading, faults) {
  faults.textContent = told(problem);
  const again = el("button", { type: "button", onclick: () => attempt(sheet, again, async () => close(await leave())) }, "Try again");
  const forget = el("button", { type: "button", class: "quiet", onclick: () => close(set(null)) }, "Forget it here");
  const sheet = el(
    "div",
    { class: "sheet" },
    heading,
    faults,
    el("p", { class: "hint" }, "The session goes on at the server until it runs out. Forgotten here, nobody can use it from this window."),
    el("p", { class: "actions" }, again, forget),
  );
  return sheet;
}
