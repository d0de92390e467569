// The methods that are kept to pay and to be paid, and whether renewals are charged to one: the words agreed to are shown.

import { html, useState } from "./preact-htm.js";
import { post, put, remove } from "./api.js";
import { NAME, has } from "./config.js";
import { date } from "./format.js";
import { t } from "./strings.js";
import { Act, Choice, Dialog, Field, Form, tell } from "./ui.js";

const TRIALS = {
  pay: [["tok_ok", () => t("A card that is accepted")], ["tok_3ds", () => t("A card whose bank asks first")], ["tok_unkept", () => t("A card that cannot be kept for renewals")]],
  payout: [["acct_ok", () => t("An account that is there")], ["acct_pending", () => t("An account whose bank takes a while")], ["acct_fail", () => t("An account that was closed")]],
};

/** Return what a method is called. */
export const called = (of) => of.label || of.gateway;

/** Those of one use, `pay` or `payout`. */
export function Methods({ of, use, title, none, renew }) {
  const [adding, add] = useState(false);
  const own = of.methods.filter((one) => one.use === use);
  const keep = async ({ token, label }) => {
    await post("/v1/payments/methods", { use, token: token ?? "", label: label ?? "" });
    add(false);
    await renew();
  };
  return html`
    <h2>${title}</h2>
    ${own.length ? html`<ul class="rows" aria-label=${title}>${own.map((one) => html`<${Method} key=${one.id} of=${one} renew=${renew} />`)}</ul>` : html`<p class="hint">${none}</p>`}
    ${(of.test || use === "payout") && html`<p class="actions"><button type="button" class="quiet" onClick=${() => add(true)}>${use === "pay" ? t("Add a card") : t("Add an account")}</button></p>`}
    ${adding && html`<${Dialog} title=${use === "pay" ? t("Add a card") : t("Add an account")} close=${() => add(false)}>
      <${Form} id="keep" send=${keep} submit=${t("Keep")}>
        ${of.test ? html`<${Choice} label=${t("Which?")} name="token" options=${TRIALS[use].map(([token, name]) => [token, name()])} />` : html`<${Field} label=${t("Account")} name="token" hint=${t("As the payment provider names it.")} autocomplete="off" />`}
        <${Field} label=${t("What you call it")} name="label" maxlength="80" autocomplete="off" optional />
      </${Form}>
      ${of.test && html`<p class="hint">${t("This server moves no money: these are for trying.")}</p>`}
    </${Dialog}>`}`;
}

function Method({ of, renew }) {
  const [asking, ask] = useState(false);
  const name = called(of);
  const path = `/v1/payments/methods/${of.id}`;
  const done = (work) => async () => {
    await work();
    await renew();
  };
  return html`
    <li data-method=${of.id} data-consented=${of.consented_at ? "" : null}>
      <div>${name}${of.is_default && html` <span class="status">${t("Default")}</span>`}
        ${of.consented_at && html`<small>${t("Charged for renewals. Since {date} you agree:", { date: date(of.consented_at) })} <q>${of.consent}</q></small>`}</div>
      <div class="actions">
        ${of.use === "pay" && has("subscriptions") && (of.consented_at
          ? html`<${Act} class="quiet" aria-label=${t("No renewals by {name}", { name })} work=${done(() => remove(`${path}/off-session`))}>${t("No more renewals")}</${Act}>`
          : html`<button type="button" class="quiet" aria-label=${t("Renewals by {name}", { name })} onClick=${() => ask(true)}>${t("Use for renewals")}</button>`)}
        ${!of.is_default && html`<${Act} class="quiet" aria-label=${t("Make {name} the default", { name })} work=${done(() => put(`${path}/default`))}>${t("Make it the default")}</${Act}>`}
        <${Act} class="quiet" aria-label=${t("Forget {name}", { name })} work=${done(() => remove(path))}>${t("Forget")}</${Act}>
      </div>
      ${asking && html`<${Dialog} title=${t("Use for renewals")} close=${() => ask(false)}><${Consent} name=${name} path=${path} agreed=${done(async () => ask(false))} /></${Dialog}>`}
    </li>`;
}

/** Show the words somebody agrees to and keep them as shown; a bank may want its owner once before that. */
function Consent({ name, path, agreed }) {
  const [client, setClient] = useState(null);
  const consent = t("{site} may charge {name} for renewals of my plan without asking me each time, until I say otherwise.", { site: NAME, name });
  const agree = async () => {
    const kept = await put(`${path}/off-session`, { consent });
    if (!kept.consented_at) return setClient(kept.client);
    tell(t("Renewals are charged to {name} from now on.", { name }));
    return agreed();
  };
  const page = client?.url ?? client?.approve_url;
  return html`
    <blockquote id="consent">${consent}</blockquote>
    ${client && html`<p role="status">${t("Your bank wants to hear from you once that you agree.")}</p>`}
    ${page && html`<p><a class="button" href=${page} target="_blank" rel="noopener">${t("To the bank")}</a></p>`}
    <p class="actions"><${Act} work=${agree}>${client ? t("I have confirmed it") : t("I agree")}</${Act}></p>`;
}
