// Register, sign in, a forgotten password. The links of messages lead to the server's own pages.

import { html, useState } from "./preact-htm.js";
import { get, patch, post } from "./api.js";
import { HOME, MAILBOX } from "./config.js";
import { go, useTitle } from "./router.js";
import { begin, current, know } from "./session.js";
import { LANGUAGE, t } from "./strings.js";
import { Field, Form, tell } from "./ui.js";

/** Tell the list of devices what this one is. */
function device() {
  const agent = navigator.userAgent;
  const brand = [["Firefox", /Firefox/], ["Edge", /Edg/], ["Opera", /OPR/], ["Chrome", /Chrom/], ["Safari", /Safari/]];
  const system = [["Android", /Android/], ["iPhone", /iPhone/], ["iPad", /iPad/], ["Windows", /Windows/], ["Mac", /Mac OS/], ["Linux", /Linux/]];
  const found = (table) => table.find(([, pattern]) => pattern.test(agent))?.[0];
  return [found(brand) ?? "Browser", found(system)].filter(Boolean).join(" · ");
}

/** Return where one wanted to, if it is an address of ours. */
function wanted(query) {
  const next = query.get("next") ?? "";
  return next === HOME || next.startsWith(`${HOME}/`) || next.startsWith(`${HOME}?`) ? next : HOME;
}

const along = (query) => (query.has("next") ? `?next=${encodeURIComponent(query.get("next"))}` : "");

export function SignIn({ query }) {
  useTitle(t("Sign in"));
  const [second, setSecond] = useState(false);
  const send = async (said) => {
    try {
      begin(await post("/v1/auth/login", { ...said, device_name: device() }));
    } catch (problem) {
      if (problem.kind === "mfa-required") setSecond(true);
      throw problem;
    }
    go(wanted(query), { replace: true });
  };
  return html`
    <section class="narrow card-like">
      <h1 tabindex="-1">${t("Sign in")}</h1>
      <${Form} send=${send} submit=${t("Sign in")} id="sign-in">
        <${Field} label=${t("E-mail address")} name="email" type="email" autocomplete="username" required />
        <${Field} label=${t("Password")} name="password" type="password" autocomplete="current-password" required />
        ${second && html`<${Field} label=${t("Code of your authenticator")} name="mfa_code" autocomplete="one-time-code" inputmode="numeric" />`}
      </${Form}>
      <p><a href="/app/forgot">${t("Forgot your password?")}</a></p>
      <p>${t("New here?")} <a href="/app/register${along(query)}">${t("Register")}</a></p>
    </section>`;
}

export function Register({ query }) {
  useTitle(t("Register"));
  const send = async (said) => {
    begin(await post("/v1/auth/register", { ...said, device_name: device() }));
    const preferences = { timezone: Intl.DateTimeFormat().resolvedOptions().timeZone, language: LANGUAGE };
    know(await patch("/v1/auth/profile", { preferences }).catch(() => current()?.user)); // a zone the server does not know stays unset
    go(wanted(query), { replace: true });
  };
  return html`
    <section class="narrow card-like">
      <h1 tabindex="-1">${t("Register")}</h1>
      <${Form} send=${send} submit=${t("Open an account")} id="register">
        <${Field} label=${t("Name")} name="name" autocomplete="name" maxlength="100" required />
        <${Field} label=${t("E-mail address")} name="email" type="email" autocomplete="email" required />
        <${Field} label=${t("Password")} name="password" type="password" autocomplete="new-password" hint=${t("At least 8 characters.")} required />
      </${Form}>
      <p>${t("You have an account?")} <a href="/app/sign-in${along(query)}">${t("Sign in")}</a></p>
    </section>`;
}

export function Forgot() {
  useTitle(t("Forgotten password"));
  const [sent, setSent] = useState("");
  const send = async ({ email }) => {
    await post("/v1/auth/forgot-password", { email });
    setSent(email);
  };
  return html`
    <section class="narrow card-like">
      <h1 tabindex="-1">${t("Forgotten password")}</h1>
      ${sent
        ? html`<p role="status">${t("If {email} has an account here, a link that sets a new password is on its way.", { email: sent })}</p>
            ${MAILBOX && html`<p><a href="/_mailbox?to=${encodeURIComponent(sent)}" target="_blank" rel="noopener">${t("Open the mailbox")}</a></p>`}`
        : html`<${Form} send=${send} submit=${t("Send me a link")}><${Field} label=${t("E-mail address")} name="email" type="email" autocomplete="username" required /></${Form}>`}
      <p><a href="/app/sign-in">${t("Back to the sign-in")}</a></p>
    </section>`;
}

/** Read the profile anew when the page is seen again: the address may have been verified in another tab. */
export function lookAnew() {
  const look = async () => {
    if (!current() || current().user.email_verified) return;
    const user = await get("/v1/auth/profile").catch(() => null); // the next sight of the page asks again
    if (!user || !current()) return;
    know(user);
    if (user.email_verified) tell(t("Your address is verified."));
  };
  addEventListener("focus", look);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
  look();
}
