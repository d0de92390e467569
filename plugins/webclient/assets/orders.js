// Orders: those one bought and those one sold, and what is to be done with each. They change as one looks.

import { html, useEffect, useState } from "./preact-htm.js";
import { get, patch, post } from "./api.js";
import { has } from "./config.js";
import { ago, money, when } from "./format.js";
import { Papers } from "./papers.js";
import { Pay } from "./pay.js";
import { useTitle } from "./router.js";
import { Write } from "./reviews.js";
import { listen } from "./sockets.js";
import { named, t } from "./strings.js";
import { Act, Dialog, Field, Form, Icon, Loaded, Pages, Person, tell, useLoad } from "./ui.js";

export function Orders({ query }) {
  const sold = query.get("as") === "seller";
  const [news, setNews] = useState(0);
  useTitle(sold ? t("What I sold") : t("Orders"));
  useEffect(() => listen("/orders", (name) => name && setNews((n) => n + 1)), []);
  return html`
    <section class="narrow">
      <h1 tabindex="-1">${t("Orders")}</h1>
      <nav class="sides" aria-label=${t("Side")}><a href="/app/orders" aria-current=${sold ? null : "true"}>${t("Bought")}</a><a href="/app/orders?as=seller" aria-current=${sold ? "true" : null}>${t("Sold")}</a></nav>
      <${Pages} load=${(page) => get("/v1/orders", { as: sold ? "seller" : "buyer", ...page })} inputs=${[sold, news]} none=${sold ? t("Nothing sold so far.") : html`${t("Nothing ordered so far.")} <a href="/app">${t("To the market")}</a>`} item=${(one) => html`<${Row} key=${one.id} of=${one} />`} />
    </section>`;
}

const Row = ({ of }) => html`
  <li class="lead"><div>
    <a href="/app/orders/${of.id}">${of.lines.map((line) => line.title).join(", ")}</a>
    <small>${of.number} · ${ago(of.placed_at)}</small>
  </div><div class="right"><strong>${money(of.total)}</strong><${Status} of=${of} /></div></li>`;

const Status = ({ of }) => html`<span class="status ${of.status.toLowerCase()}">${of.payment_due ? t("To be paid") : named(of.status)}</span>`;

export function Order({ id, user }) {
  const order = useLoad(() => Promise.all([get(`/v1/orders/${id}`), get(`/v1/orders/${id}/history`)]), [id]);
  useEffect(() => listen("/orders", (name, data) => (!name || data.order_id === id) && order.reload()), [id]);
  useTitle(order.data ? t("Order {number}", { number: order.data[0].number }) : t("Order"));
  return html`<${Loaded} of=${order}>${([of, { items }]) => html`<${Shown} of=${of} history=${items} user=${user} reload=${order.reload} />`}</${Loaded}>`;
}

function Shown({ of, history, user, reload }) {
  const bought = of.buyer_id === user.id;
  const other = useLoad(() => get(`/v1/users/${bought ? of.seller_id : of.buyer_id}`), [of.id]);
  return html`
    <section class="narrow order" data-status=${of.status} data-due=${of.payment_due ? "" : null}>
      <h1 tabindex="-1">${of.lines.map((line) => line.title).join(", ")}</h1>
      <p class="hint">${t("Order {number}", { number: of.number })}</p>
      <p><${Status} of=${of} /> <span class="hint">${due(of, bought)}</span></p>
      <${Steps} of=${of} bought=${bought} reload=${reload} />
      <ul class="rows">${of.lines.map((line) => html`
        <li key=${line.id}><div>${line.ref.startsWith("listing:") ? html`<a href="/app/listings/${line.ref.slice(8)}">${line.title}</a>` : line.title}<small>${line.quantity} × ${money(line.unit_price)}</small></div><strong>${money(line.amount)}</strong></li>`)}
        ${of.adjustments.map((one) => html`<li><div>${one.label}</div><span>${money(one.amount)}</span></li>`)}
        <li class="total"><div>${t("Total")}</div><strong>${money(of.total)}</strong></li>
      </ul>
      ${has("invoices") && html`<${Papers} of=${of} kind="order" bought=${bought} />`}
      ${of.note && html`<p class="words"><strong>${t("Note")}:</strong> ${of.note}</p>`}
      ${other.data && html`<${Person} of=${other.data} about=${bought ? t("Seller") : t("Buyer")} />`}
      ${has("chat", "order_chat") && html`<p class="quietly"><a href="/app/chat/order/${of.id}"><${Icon} name="chat" />${t("Write about this order")}</a></p>`}
      ${has("reviews") && of.status === "COMPLETED" && html`<${Mine} of=${of} user=${user} />`}
      <h2>${t("So far")}</h2>
      <ol class="history">${history.map((one) => html`<li key=${one.id}><strong>${one.was ? named(one.status) : t("Placed")}</strong> <small>${when(one.at)} · ${named(one.party)}</small>${one.reason && html`<p>${one.reason}</p>`}</li>`)}</ol>
    </section>`;
}

/** Return what is awaited of whom. */
function due(of, bought) {
  if (of.payment_due) return bought ? t("Pay by {when}, or it is cancelled.", { when: when(of.due_at) }) : t("The buyer has not paid yet.");
  if (of.status === "PENDING") return bought ? t("The seller is to confirm it.") : t("Confirm it by {when}.", { when: when(of.due_at) });
  if (of.status === "CONFIRMED") return bought ? t("Say when you have it: the seller is paid then.") : t("Hand it over; you are paid when the buyer has it.");
  return "";
}

const PLAIN = { confirm: "confirm", complete: "complete", cancel: "cancel" };
const PATCHED = { dispute: "DISPUTED", resolve: "COMPLETED", refund: "REFUNDED" };
const REASONED = new Set(["cancel", "dispute", "refund"]);

function Steps({ of, bought, reload }) {
  const [asked, ask] = useState(null);
  const step = async (name, reason) => {
    const body = reason === undefined ? {} : { reason };
    if (PLAIN[name]) await post(`/v1/orders/${of.id}/${PLAIN[name]}`, reason === undefined ? undefined : body);
    else await patch(`/v1/orders/${of.id}`, { status: PATCHED[name], ...body });
    ask(null);
    await reload();
  };
  const paid = async () => {
    tell(t("Paid. The money waits until you have what you ordered."));
    await reload();
  };
  const steps = of.allowed.filter((one) => PLAIN[one] || PATCHED[one]);
  return html`
    <p class="actions">
      ${of.payment_due && bought && has("order_payments") && html`<${Pay} due="/v1/order-payments/${of.id}" amount=${of.total} paid=${paid} />`}
      ${steps.map((one) => (REASONED.has(one) ? html`<button type="button" class="quiet" key=${one} onClick=${() => ask(one)}>${named(one)}</button>` : html`<${Act} key=${one} work=${() => step(one)}>${one === "complete" ? t("I have it") : named(one)}</${Act}>`))}
    </p>
    ${asked && html`<${Dialog} title=${named(asked)} close=${() => ask(null)}>
      <${Form} send=${({ reason }) => step(asked, reason ?? "")} submit=${named(asked)}><${Field} label=${t("Why?")} name="reason">${(control) => html`<textarea ...${control} rows="3" maxlength="500"></textarea>`}</${Field}></${Form}>
    </${Dialog}>`}`;
}

/** One's own review of an order, or the form for it. */
export function Mine({ of, user, kind = "order" }) {
  const ref = `${kind}:${of.id}`;
  const mine = useLoad(() => get("/v1/reviews", { reviewer: user.id, limit: 100 }), [ref]);
  return html`<${Loaded} of=${mine}>${({ items }) => {
    const own = items.find((one) => one.ref === ref);
    return own ? html`<p class="hint reviewed">${t("You gave {n} of 5 stars.", { n: own.rating })}</p>` : html`<h2>${t("Review")}</h2><${Write} of=${ref} written=${mine.reload} />`;
  }}</${Loaded}>`;
}
