// One listing: what it is, who offers it, how to order or book it; for its seller, what can be done with it.

import { html, useState } from "./preact-htm.js";
import { get, post, remove } from "./api.js";
import { Slots } from "./bookings.js";
import { has } from "./config.js";
import { ago, money, number } from "./format.js";
import { go, useTitle } from "./router.js";
import { session } from "./session.js";
import { useStore } from "./store.js";
import { named, t, tn } from "./strings.js";
import { Reviews } from "./reviews.js";
import { Report } from "./safety.js";
import { Act, Dialog, Field, Form, Icon, Loaded, Person, Stars, tell, useLoad } from "./ui.js";

export function Listing({ id }) {
  const one = useLoad(() => get(`/v1/listings/${id}`), [id]);
  useTitle(one.data?.title ?? t("Listing"));
  return html`<${Loaded} of=${one}>${(listing) => html`<${Shown} of=${listing} reload=${one.reload} />`}</${Loaded}>`;
}

function Shown({ of, reload }) {
  const user = useStore(session)?.user;
  const own = user?.id === of.seller.id;
  const kind = useLoad(async () => (of.category_id ? get(`/v1/categories/${of.category_id}`).catch(() => null) : null), [of.category_id]); // told without, too
  return html`
    <article class="listing">
      <${Gallery} of=${of} />
      <div class="text">
        <h1 tabindex="-1">${of.title}</h1>
        ${of.price && html`<p class="price">${money(of.price)}</p>`}
        ${of.status !== "ACTIVE" && html`<p class="status">${named(of.status)}</p>`}
        ${of.withheld.length > 0 && html`<p class="fault">${t("Moderators have taken this out of sight.")}</p>`}
        ${own ? html`<${Own} of=${of} reload=${reload} />` : html`<${Buy} of=${of} user=${user} />`}
        ${of.description && html`<p class="words">${of.description}</p>`}
        <${Facts} of=${of} attributes=${kind.data?.attributes ?? []} />
        <${Seller} of=${of.seller} />
        ${!own && html`<p class="quietly">
          ${has("chat") && html`<a href="/app/chat/with/${of.seller.id}?about=${encodeURIComponent(of.title)}"><${Icon} name="chat" />${t("Ask {name}", { name: of.seller.name })}</a>`}
          ${has("moderation") && user && html`<${Report} kind="listing" id=${of.id} />`}
        </p>`}
      </div>
      ${has("reviews") && html`<section class="wide"><h2>${t("Reviews of this")}</h2><${Reviews} about="listing:${of.id}" /></section>`}
    </article>`;
}

function Gallery({ of }) {
  const pictures = of.gallery.filter((each) => each.url || each.thumbnail_url);
  const [at, set] = useState(0);
  if (!pictures.length) return html`<div class="stage none" aria-hidden="true">${of.title.slice(0, 1).toUpperCase()}</div>`;
  const shown = pictures[Math.min(at, pictures.length - 1)];
  const label = t("{title}, photograph {n} of {all}", { title: of.title, n: at + 1, all: pictures.length });
  return html`
    <div class="gallery">
      ${shown.type === "video" ? html`<video class="stage" src=${shown.url} poster=${shown.thumbnail_url} controls preload="metadata" aria-label=${label}></video>` : html`<img class="stage" src=${shown.url || shown.thumbnail_url} alt=${label} width=${shown.width} height=${shown.height} />`}
      ${pictures.length > 1 && html`<div class="strip">${pictures.map((each, index) => html`
        <button type="button" key=${each.id} aria-pressed=${String(index === at)} aria-label=${t("Photograph {n}", { n: index + 1 })} onClick=${() => set(index)}><img src=${each.thumbnail_url || each.url} alt="" width="64" height="64" /></button>`)}
      </div>`}
    </div>`;
}

function Facts({ of, attributes }) {
  const facts = [[t("Category"), of.category?.names.join(" › ")]];
  for (const one of attributes) facts.push([one.label, worded(one, of.attributes[one.key])]);
  if (of.quantity > 1) facts.push([t("Pieces"), number(of.quantity)]);
  facts.push([t("Listed"), of.published_at && ago(of.published_at)], [t("Seen by"), of.views ? number(of.views) : null]);
  return html`<dl>${facts.filter(([, value]) => value).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** Return an attribute's value as people say it. */
function worded(attribute, value) {
  if (value === null || value === undefined) return null;
  if (attribute.type === "boolean") return value ? t("yes") : t("no");
  return [[value].flat().join(", "), attribute.unit].filter(Boolean).join(" ");
}

function Seller({ of }) {
  const known = useLoad(async () => (has("reviews") ? get(`/v1/reputation/${of.id}`, { role: "seller" }).catch(() => null) : null), [of.id]); // shown without, too
  const { score, count } = known.data ?? {};
  return html`<div class="seller"><${Person} of=${of} about=${count ? html`<${Stars} of=${score} /> ${number(score, 1)} · ${tn(count, "{n} review", "{n} reviews")}` : t("No reviews yet")} /></div>`;
}

function Buy({ of, user }) {
  if (of.status !== "ACTIVE") return null;
  const back = `/app/sign-in?next=${encodeURIComponent(`/app/listings/${of.id}`)}`;
  const booked = of.type === "SERVICE" && has("bookings");
  if (!user) return (has("orders") || booked) && html`<p class="actions"><a class="button" href=${back}>${booked ? t("Sign in to book") : t("Sign in to order")}</a></p>`;
  if (booked) return html`<${Slots} of=${of} otherwise=${has("orders") && html`<${Order} of=${of} />`} />`;
  return has("orders") && html`<${Order} of=${of} />`;
}

function Order({ of }) {
  const [asking, setAsking] = useState(false);
  if (!of.price) return null;
  const send = async ({ quantity, note }) => {
    const line = { ref: `listing:${of.id}`, quantity: Number(quantity ?? 1) };
    const checkout = await post("/v1/orders", { lines: [line], note: note ?? "" });
    go(`/app/orders/${checkout.orders[0].id}`);
  };
  const many = of.quantity === null || of.quantity > 1;
  return html`
    <p class="actions"><button type="button" onClick=${() => setAsking(true)}>${t("Order")}</button></p>
    ${asking && html`<${Dialog} title=${t("Order {title}", { title: of.title })} close=${() => setAsking(false)}>
      <${Form} send=${send} submit=${t("Place the order")} id="order">
        ${many && html`<${Field} label=${t("How many?")} name="quantity" pointer="/lines/0/quantity" type="number" min="1" max=${of.quantity} defaultValue="1" inputmode="numeric" />`}
        <${Field} label=${t("A word to the seller")} name="note" optional>${(control) => html`<textarea ...${control} rows="2" maxlength="500"></textarea>`}</${Field}>
        <p class="hint">${t("{price} each. You pay in the next step.", { price: money(of.price) })}</p>
      </${Form}>
    </${Dialog}>`}`;
}

function Own({ of, reload }) {
  const [deleting, setDeleting] = useState(false);
  const step = (name) => async () => {
    await post(`/v1/listings/${of.id}/${name}`);
    await reload();
    tell(t("Done."));
  };
  const away = async () => {
    await remove(`/v1/listings/${of.id}`);
    go("/app/mine", { replace: true });
  };
  return html`
    <div class="own">
      <p class="hint">${t("This is yours.")}</p>
      <p class="actions">
        <a class="button" href="/app/listings/${of.id}/edit">${t("Edit")}</a>
        ${of.type === "SERVICE" && has("bookings") && html`<a class="button quiet" href="/app/listings/${of.id}/hours">${t("When it can be booked")}</a>`}
        ${of.allowed.filter((one) => STEPS.has(one)).map((one) => html`<${Act} key=${one} class="quiet" work=${step(one)}>${named(one)}</${Act}>`)}
        <button type="button" class="quiet" onClick=${() => setDeleting(true)}>${t("Delete")}</button>
      </p>
      ${deleting && html`<${Dialog} title=${t("Delete {title}?", { title: of.title })} close=${() => setDeleting(false)}><p>${t("This is for good. Orders of it stay as they are.")}</p><p class="actions"><${Act} work=${away}>${t("Delete")}</${Act}></p></${Dialog}>`}
    </div>`;
}

const STEPS = new Set(["publish", "sell", "deactivate", "reactivate", "renew"]);
