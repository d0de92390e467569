// The second factor: on with an authenticator, off with a code of it, and the codes for when it is lost.

import { html, useState } from "./preact-htm.js";
import { get, post } from "./api.js";
import { useTitle } from "./router.js";
import { t, tn } from "./strings.js";
import { Field, Form, Loaded, tell, useLoad } from "./ui.js";

export function Second() {
  useTitle(t("Second factor"));
  const state = useLoad(() => get("/v1/auth/mfa"), []);
  const [codes, setCodes] = useState(null);
  const renewed = async (found) => {
    setCodes(found);
    await state.reload();
  };
  return html`
    <section class="narrow card-like" id="second" data-on=${state.data?.enabled ? "" : null}>
      <h1 tabindex="-1">${t("Second factor")}</h1>
      ${codes && html`<${Codes} of=${codes} />`}
      <${Loaded} of=${state}>${(of) => (of.enabled ? html`<${On} of=${of} renewed=${renewed} />` : html`<${Off} renewed=${renewed} />`)}</${Loaded}>
    </section>`;
}

const Codes = ({ of }) => html`
  <div class="step" role="status">
    <h2>${t("Recovery codes")}</h2>
    <p>${t("Write these down: they are shown this once. Each lets you in one time, without your authenticator.")}</p>
    <ul class="codes">${of.map((one) => html`<li key=${one}><code>${one}</code></li>`)}</ul>
  </div>`;

const Code = ({ hint }) => html`<${Field} label=${t("Code of your authenticator")} name="code" autocomplete="one-time-code" hint=${hint} />`;

function Off({ renewed }) {
  const [enrolled, enrol] = useState(null);
  const start = async ({ password }) => enrol(await post("/v1/auth/mfa/enrol", { password: password ?? "" }));
  const confirm = async ({ code }) => renewed((await post("/v1/auth/mfa/confirm", { code: code ?? "" })).recovery_codes);
  if (!enrolled) return html`
    <p>${t("It is off: who knows your password can sign in. With it on, signing in also takes a code of an app on your telephone.")}</p>
    <${Form} key="start" id="enrol" send=${start} submit=${t("Switch it on")}><${Field} label=${t("Your password")} name="password" type="password" autocomplete="current-password" /></${Form}>`;
  return html`
    <p>${t("Give this key to your authenticator:")}</p>
    <p class="words"><code id="secret">${enrolled.secret}</code></p>
    <p><a href=${enrolled.otpauth_uri}>${t("Open the authenticator on this device")}</a></p>
    <${Form} key="confirm" id="confirm" send=${confirm} submit=${t("Confirm")}><${Code} /></${Form}>`;
}

function On({ of, renewed }) {
  const off = async ({ code }) => {
    await post("/v1/auth/mfa/disable", { code: code ?? "" });
    tell(t("The second factor is off."));
    await renewed(null);
  };
  return html`
    <p>${t("It is on.")} ${tn(of.recovery_codes_left, "{n} recovery code is left.", "{n} recovery codes are left.")}</p>
    <${Form} id="off" send=${off} submit=${t("Switch it off")}><${Code} hint=${t("Or a recovery code.")} /></${Form}>`;
}
