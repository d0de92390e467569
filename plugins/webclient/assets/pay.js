// Pay what is due: of an order, of a booking, of a plan, into the wallet. By the gateway, by the wallet, by a method kept
// there; the test gateway of a development server is told what to answer. Confirming again is harmless, so a lost answer
// or an interrupted tab is just tried again.

import { html, useEffect, useState } from "./preact-htm.js";
import { get, post } from "./api.js";
import { money } from "./format.js";
import { t } from "./strings.js";
import { Act, Dialog, Form, Loaded, useLoad } from "./ui.js";

const TESTS = [
  ["tok_ok", () => t("A card that is accepted")],
  ["tok_3ds", () => t("A card whose bank asks first")],
  ["tok_processing", () => t("A card that takes a while")],
  ["tok_decline", () => t("A card that is declined")],
];
const KEPT = "kept"; // in place of a gateway: one of the methods kept in the wallet
const DONE = new Set(["CAPTURED", "AUTHORISED"]);

/** A button that makes the payment due and asks for it. `due` is the path that names the payment; `paid` is called once it is. */
export function Pay({ due, amount, paid }) {
  const [payment, setPayment] = useState(null);
  const begin = async () => setPayment(await post(due));
  return html`
    <${Act} work=${begin}>${amount ? t("Pay {amount}", { amount: money(amount) }) : t("Pay")}</${Act}>
    ${payment && html`<${Paying} of=${payment} paid=${() => (setPayment(null), paid())} close=${() => setPayment(null)} />`}`;
}

/** The dialog in which a payment that is due is made. */
export const Paying = ({ of, paid, close }) => html`<${Dialog} title=${t("Pay {amount}", { amount: money(of.amount) })} close=${close}><${Ways} of=${of} paid=${paid} /></${Dialog}>`;

function Ways({ of, paid }) {
  const ways = useLoad(async () => {
    const [{ gateways }, { balances }, { items }] = await Promise.all([get("/v1/payments/gateways"), get("/v1/wallet"), get("/v1/payments/methods", { limit: 100 })]);
    const kept = items.filter((one) => one.use === "pay" && gateways.includes(one.gateway)).sort((one, other) => other.is_default - one.is_default);
    const mine = balances.find((one) => one.currency === of.amount.currency);
    return { gateways, kept, wallet: of.purpose !== "topup" && mine && mine.available.amount >= of.amount.amount ? mine : null };
  }, [of.id]);
  const [state, setState] = useState(null);
  const answered = (payment) => (DONE.has(payment.status) ? paid() : setState(payment));
  const send = async ({ way }) => {
    const [gateway, method] = way.split(" ");
    const body = gateway === KEPT ? { method_id: method } : method ? { gateway, method } : { gateway };
    answered(await post(`/v1/payments/${of.id}/confirm`, body));
  };
  useEffect(() => {
    if (state?.status !== "PROCESSING") return undefined;
    const again = setTimeout(async () => answered(await get(`/v1/payments/${of.id}`).catch(() => ({ ...state }))), 2000); // away: asked again
    return () => clearTimeout(again);
  }, [state]);
  if (state?.status === "PROCESSING") return html`<p role="status">${t("Your bank has not answered yet. This may take a moment.")}</p>`;
  if (state?.status === "ACTION_REQUIRED") return html`<${Action} of=${state} answered=${answered} />`;
  return html`
    ${state?.status === "FAILED" && html`<p class="fault" role="alert">${t("That was refused ({failure}). Try another way.", { failure: state.failure })}</p>`}
    <${Loaded} of=${ways}>${({ gateways, kept, wallet }) => {
      const all = [
        ...(wallet ? [["wallet", t("My wallet ({available})", { available: money(wallet.available) })]] : []),
        ...kept.map((one) => [`${KEPT} ${one.id}`, one.label || one.gateway]),
        ...gateways.flatMap((one) => (one === "test" ? TESTS.map(([token, name]) => [`test ${token}`, name()]) : [[one, one]])),
      ];
      return html`
        <${Form} send=${send} submit=${t("Pay {amount}", { amount: money(of.amount) })} id="pay">
          <fieldset class="choices"><legend>${t("How do you want to pay?")}</legend>
            ${all.map(([value, name], index) => html`<label key=${value}><input type="radio" name="way" value=${value} defaultChecked=${!index} /> ${name}</label>`)}
          </fieldset>
          ${gateways.includes("test") && html`<p class="hint">${t("This server moves no money: the cards are for trying.")}</p>`}
        </${Form}>`;
    }}</${Loaded}>`;
}

/** What the gateway wants of the payer: its own page, or (of the test gateway) a yes. */
function Action({ of, answered }) {
  const go = async () => answered(await post(`/v1/payments/${of.id}/confirm`, of.gateway === "test" ? { data: { challenge: "passed" } } : {}));
  const page = of.client.url ?? of.client.approve_url;
  return html`
    <p>${t("Your bank wants to hear from you that it is you who pays.")}</p>
    ${page && html`<p><a class="button" href=${page} target="_blank" rel="noopener">${t("To the bank")}</a></p>`}
    <p class="actions"><${Act} work=${go}>${page ? t("I have confirmed it") : t("Yes, it is me")}</${Act}></p>`;
}
