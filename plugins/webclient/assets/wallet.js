// The wallet: what one has, what moved it, paying in and out.

import { html, useState } from "./preact-htm.js";
import { get, post } from "./api.js";
import { CURRENCIES } from "./config.js";
import { minor, money, when } from "./format.js";
import { Methods, called } from "./methods.js";
import { Paying } from "./pay.js";
import { useTitle } from "./router.js";
import { named, t } from "./strings.js";
import { Act, Choice, Dialog, Field, Form, Loaded, Pages, tell, useLoad } from "./ui.js";

const MOVED = {
  topup: () => t("Paid in"), capture: () => t("Payment"), release: () => t("Released to you"), refund: () => t("Refund"), fee: () => t("Fee"),
  payout: () => t("Withdrawal"), paid_out: () => t("Sent to your bank"), payout_returned: () => t("Withdrawal returned"), stray: () => t("Returned"),
};
const SENT = {
  REQUESTED: () => t("Waits for approval"), APPROVED: () => t("On its way"), PAID: () => t("Sent"), FAILED: () => t("Failed, and back in the wallet"),
  REJECTED: () => t("Rejected, and back in the wallet"), CANCELLED: () => t("Cancelled"),
};

export function Wallet() {
  useTitle(t("Wallet"));
  const wallet = useLoad(async () => {
    const [{ balances }, { gateways }, { items }] = await Promise.all([get("/v1/wallet"), get("/v1/payments/gateways"), get("/v1/payments/methods", { limit: 100 })]);
    return { balances, test: gateways.includes("test"), methods: items };
  }, []);
  const [news, setNews] = useState(0);
  const renew = async () => {
    setNews((n) => n + 1);
    await wallet.reload();
  };
  return html`
    <section class="narrow wallet">
      <h1 tabindex="-1">${t("Wallet")}</h1>
      <${Loaded} of=${wallet}>${(of) => html`
        <${Balances} of=${of.balances} />
        <${Moves} of=${of} renew=${renew} />
        <${Methods} of=${of} use="pay" title=${t("To pay with")} none=${t("No card is kept.")} renew=${wallet.reload} />
        <${Methods} of=${of} use="payout" title=${t("To be paid by")} none=${t("No account is kept: add one to withdraw.")} renew=${wallet.reload} />`}
      </${Loaded}>
      <h2>${t("Withdrawals")}</h2>
      <${Pages} load=${(page) => get("/v1/payouts", { limit: 10, ...page })} inputs=${[news]} none=${t("Nothing withdrawn so far.")} label=${t("Withdrawals")} item=${(one) => html`<${Payout} key=${one.id} of=${one} renew=${renew} />`} />
      <h2>${t("Statement")}</h2>
      <${Pages} load=${(page) => get("/v1/wallet/transactions", { limit: 20, ...page })} inputs=${[news]} none=${t("Nothing has moved so far.")} label=${t("Statement")} item=${(one) => html`<${Line} key=${one.id} of=${one} />`} />
    </section>`;
}

const Balances = ({ of }) => html`
  <ul class="rows card-like balances" aria-label=${t("Balances")}>
    ${!of.length && html`<li><div>${t("Nothing so far.")}</div></li>`}
    ${of.map((one) => html`<li key=${one.currency} data-currency=${one.currency}><div><strong class="total">${money(one.available)}</strong><small>${t("available")}</small></div>${one.held.amount > 0 && html`<span class="hint">${t("{amount} held until what you sold has arrived", { amount: money(one.held) })}</span>`}</li>`)}
  </ul>`;

const Line = ({ of }) => html`
  <li><div>${MOVED[of.kind]?.() ?? named(of.kind)}${of.description && html` <span class="hint">${of.description}</span>`}<small>${when(of.created_at)}</small></div>
  <div class="right"><strong>${of.amount.amount > 0 ? "+" : ""}${money(of.amount)}</strong>${of.balance && html`<small>${t("then {amount}", { amount: money(of.balance) })}</small>`}</div></li>`;

function Payout({ of, renew }) {
  const back = async () => {
    await post(`/v1/payouts/${of.id}/cancel`);
    await renew();
  };
  return html`
    <li data-payout=${of.status}><div>${of.destination || t("Your account")}<small>${when(of.created_at)}</small></div>
    <div class="right"><strong>${money(of.amount)}</strong><span class="status">${SENT[of.status]?.() ?? named(of.status)}</span></div>
    ${of.allowed.includes("CANCELLED") && html`<${Act} class="quiet" work=${back}>${t("Cancel")}</${Act}>`}</li>`;
}

function Moves({ of, renew }) {
  const [doing, begin] = useState("");
  const [due, setDue] = useState(null);
  const accounts = of.methods.filter((one) => one.use === "payout");
  const funds = of.balances.filter((one) => one.available.amount > 0);
  const amount = (said) => ({ amount: minor(said.amount ?? "", said.currency), currency: said.currency });
  const pay = async (said) => {
    const made = await post("/v1/wallet/topups", { amount: amount(said) });
    begin("");
    setDue(made);
  };
  const paid = async () => {
    setDue(null);
    tell(t("It is in your wallet."));
    await renew();
  };
  const withdraw = async (said) => {
    const made = await post("/v1/payouts", { amount: amount(said), method_id: said.method_id });
    begin("");
    tell(made.status === "REQUESTED" ? t("It goes to your account once somebody has approved it.") : t("It is on its way to your account."));
    await renew();
  };
  return html`
    <p class="actions">
      <button type="button" onClick=${() => begin("in")}>${t("Top up")}</button>
      ${accounts.length > 0 && funds.length > 0 && html`<button type="button" class="quiet" onClick=${() => begin("out")}>${t("Withdraw")}</button>`}
    </p>
    ${doing === "in" && html`<${Dialog} title=${t("Top up")} close=${() => begin("")}><${Form} id="topup" send=${pay} submit=${t("Go on")}><${Amount} currencies=${[...new Set([...CURRENCIES, ...of.balances.map((one) => one.currency)])]} /></${Form}></${Dialog}>`}
    ${doing === "out" && html`<${Dialog} title=${t("Withdraw")} close=${() => begin("")}>
      <${Form} id="withdraw" send=${withdraw} submit=${t("Withdraw")}>
        <${Amount} currencies=${funds.map((one) => one.currency)} hint=${t("You have {amounts}.", { amounts: funds.map((one) => money(one.available)).join(", ") })} />
        <${Choice} label=${t("To")} name="method_id" value=${accounts.find((one) => one.is_default)?.id} options=${accounts.map((one) => [one.id, called(one)])} />
      </${Form}></${Dialog}>`}
    ${due && html`<${Paying} of=${due} paid=${paid} close=${() => setDue(null)} />`}`;
}

const Amount = ({ currencies, hint }) => html`
  <div class="pair">
    <${Field} label=${t("Amount")} name="amount" inputmode="decimal" autocomplete="off" hint=${hint} />
    <${Choice} label=${t("Currency")} name="currency" pointer="/amount/currency" value=${currencies[0]} options=${currencies.map((one) => [one, one])} />
  </div>`;
