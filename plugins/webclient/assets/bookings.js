// Bookings: choosing a time, those one made and those made with one.

import { html, useEffect, useState } from "./preact-htm.js";
import { get, post } from "./api.js";
import { has } from "./config.js";
import { ago, day, isoDay, money, time, when, zone } from "./format.js";
import { Mine } from "./orders.js";
import { Papers } from "./papers.js";
import { Pay } from "./pay.js";
import { go, useTitle } from "./router.js";
import { listen } from "./sockets.js";
import { named, t, tn } from "./strings.js";
import { Act, Dialog, Field, Form, Icon, Loaded, Pages, Person, tell, useLoad } from "./ui.js";

const DAYS = 14; // shown at once
const shifted = (days) => isoDay(Date.now() + days * 86_400_000);

/** The times of a service, by day; `otherwise` where it has none. `pick` in place of booking moves a booking. */
export function Slots({ of, otherwise, pick }) {
  const [from, setFrom] = useState(0);
  const times = useLoad(() => get("/v1/bookings/availability", { ref: `listing:${of.id}`, since: shifted(from), until: shifted(from + DAYS - 1) }), [of.id, from]);
  const [chosen, choose] = useState(null);
  if (times.problem?.status === 404) return otherwise || null;
  const taken = async () => {
    choose(null);
    await times.reload();
  };
  return html`
    <section class="slots" aria-label=${t("Times")}>
      <h2>${t("Book a time")}</h2>
      <${Loaded} of=${times}>${({ items, duration }) => html`
        <p class="hint">${tn(duration, "{n} minute", "{n} minutes")} · ${t("times of {zone}", { zone: zone().replaceAll("_", " ") })}</p>
        <${Days} days=${byDay(items)} pick=${pick ?? choose} />
        ${!items.length && html`<p class="empty">${t("Nothing is free in these days.")}</p>`}
        <p class="actions">
          ${from > 0 && html`<button type="button" class="quiet" onClick=${() => setFrom(from - DAYS)}>${t("Earlier")}</button>`}
          <button type="button" class="quiet" onClick=${() => setFrom(from + DAYS)}>${t("Later")}</button>
        </p>`}</${Loaded}>
      ${chosen && html`<${Book} of=${of} at=${chosen} close=${() => choose(null)} taken=${taken} />`}
    </section>`;
}

/** The days with free times, and the times of the one that is looked at. */
function Days({ days, pick }) {
  const [looked, look] = useState(null);
  const [name, times] = days.find(([one]) => one === looked) ?? days[0] ?? [];
  return html`
    <div class="chips" role="group" aria-label=${t("Days")}><ul>${days.map(([one]) => html`
      <li key=${one}><button type="button" class="chip" aria-pressed=${String(one === name)} onClick=${() => look(one)}>${one}</button></li>`)}</ul></div>
    ${times && html`<ul class="times" aria-label=${name}>${times.map((one) => html`<li key=${one.starts_at}><button type="button" class="quiet" onClick=${() => pick(one)}>${time(one.starts_at)}</button></li>`)}</ul>`}`;
}

function byDay(items) {
  const days = new Map();
  for (const one of items) days.set(day(one.starts_at), [...(days.get(day(one.starts_at)) ?? []), one]);
  return [...days];
}

function Book({ of, at, close, taken }) {
  const send = async ({ note }) => {
    try {
      const made = await post("/v1/bookings", { ref: `listing:${of.id}`, starts_at: at.starts_at, note: note ?? "" });
      go(`/app/bookings/${made.id}`);
    } catch (problem) {
      if (problem.kind === "slot-taken") taken();
      throw problem;
    }
  };
  return html`
    <${Dialog} title=${when(at.starts_at)} close=${close}>
      <${Form} send=${send} submit=${t("Book this time")} id="book">
        <p>${of.title}${of.price && html` · <strong>${money(of.price)}</strong>`}</p>
        <${Field} label=${t("A word to the provider")} name="note" optional>${(control) => html`<textarea ...${control} rows="2" maxlength="500"></textarea>`}</${Field}>
      </${Form}>
    </${Dialog}>`;
}

export function Bookings({ query }) {
  const provided = query.get("as") === "provider";
  const [news, setNews] = useState(0);
  useTitle(t("Bookings"));
  useEffect(() => listen("/bookings", (name) => name && setNews((n) => n + 1)), []);
  return html`
    <section class="narrow">
      <h1 tabindex="-1">${t("Bookings")}</h1>
      <nav class="sides" aria-label=${t("Side")}><a href="/app/bookings" aria-current=${provided ? null : "true"}>${t("I booked")}</a><a href="/app/bookings?as=provider" aria-current=${provided ? "true" : null}>${t("Booked with me")}</a></nav>
      <${Pages} load=${(page) => get("/v1/bookings", { as: provided ? "provider" : "customer", ...page })} inputs=${[provided, news]} none=${t("Nothing booked so far.")} item=${(one) => html`
        <li class="lead" key=${one.id}><div><a href="/app/bookings/${one.id}">${one.title}</a><small>${when(one.starts_at)} · ${(provided ? one.customer : one.provider)?.name}</small></div>
        <div class="right">${one.price && html`<strong>${money(one.price)}</strong>`}<span class="status ${one.status.toLowerCase()}">${named(one.status)}</span></div></li>`} />
    </section>`;
}

export function Booking({ id, user }) {
  const booking = useLoad(() => get(`/v1/bookings/${id}`), [id]);
  useEffect(() => listen("/bookings", (name, data) => (!name || data.booking_id === id) && booking.reload()), [id]);
  useTitle(booking.data?.title ?? t("Booking"));
  return html`<${Loaded} of=${booking}>${(of) => html`<${Shown} of=${of} user=${user} reload=${booking.reload} />`}</${Loaded}>`;
}

function Shown({ of, user, reload }) {
  const booked = of.customer?.id === user.id;
  const other = booked ? of.provider : of.customer;
  const elsewhere = of.timezone !== zone();
  return html`
    <section class="narrow booking" data-status=${of.status}>
      <h1 tabindex="-1">${of.title}</h1>
      <p class="price">${when(of.starts_at)} – ${time(of.ends_at)}</p>
      ${elsewhere && html`<p class="hint">${t("{when} in {zone}", { when: when(of.starts_at, of.timezone), zone: of.timezone.replaceAll("_", " ") })}</p>`}
      <p><span class="status ${of.status.toLowerCase()}">${named(of.status)}</span> ${of.status === "HELD" && of.held_until && html`<span class="hint">${t("Kept for you until {when}.", { when: when(of.held_until) })}</span>`} ${of.price && html`<strong>${money(of.price)}</strong>`}</p>
      <${Steps} of=${of} booked=${booked} reload=${reload} />
      ${has("invoices") && of.price && html`<${Papers} of=${of} kind="booking" bought=${booked} />`}
      ${other && html`<${Person} of=${other} about=${booked ? t("Provider") : t("Customer")} />`}
      ${of.note && html`<p class="words"><strong>${t("Note")}:</strong> ${of.note}</p>`}
      <p class="quietly">
        ${of.ref.startsWith("listing:") && html`<a href="/app/listings/${of.ref.slice(8)}">${t("The service")}</a>`}
        ${has("chat", "booking_chat") && html`<a href="/app/chat/booking/${of.id}"><${Icon} name="chat" />${t("Write about this booking")}</a>`}
      </p>
      ${has("reviews") && of.status === "COMPLETED" && html`<${Mine} of=${of} user=${user} kind="booking" />`}
      <h2>${t("So far")}</h2>
      <ol class="history">${of.history.map((one, index) => html`<li key=${index}><strong>${named(one.transition)}</strong> <small>${ago(one.created_at)} · ${named(one.party)}</small>${one.reason && html`<p>${one.reason}</p>`}</li>`)}</ol>
    </section>`;
}

const REASONED = new Set(["cancel", "decline"]);

function Steps({ of, booked, reload }) {
  const [asked, ask] = useState(null);
  const step = async (name, body) => {
    await post(`/v1/bookings/${of.id}/${name}`, body);
    ask(null);
    await reload();
  };
  const pay = of.payment_url && booked && has("booking_payments");
  const steps = of.allowed.filter((one) => !(pay && one === "request"));
  const paid = async () => {
    tell(t("Paid and booked."));
    await reload();
  };
  return html`
    <p class="actions">
      ${pay && html`<${Pay} due="/v1/booking-payments/${of.id}" amount=${of.price} paid=${paid} />`}
      ${steps.map((one) => (REASONED.has(one) || one === "reschedule" ? html`<button type="button" class="quiet" key=${one} onClick=${() => ask(one)}>${named(one)}</button>` : html`<${Act} key=${one} work=${() => step(one)}>${named(one)}</${Act}>`))}
    </p>
    ${REASONED.has(asked) && html`<${Dialog} title=${named(asked)} close=${() => ask(null)}>
      <${Form} send=${({ reason }) => step(asked, { reason: reason ?? "" })} submit=${named(asked)}><${Field} label=${t("Why?")} name="reason" optional>${(control) => html`<textarea ...${control} rows="2" maxlength="500"></textarea>`}</${Field}></${Form}>
    </${Dialog}>`}
    ${asked === "reschedule" && html`<${Dialog} title=${t("Move to another time")} close=${() => ask(null)}><${Move} of=${of} step=${step} /></${Dialog}>`}`;
}

function Move({ of, step }) {
  const [at, set] = useState(null);
  if (!at) return html`<${Slots} of=${{ id: of.ref.slice(8) }} pick=${set} />`;
  return html`<p>${t("From {was} to {now}?", { was: when(of.starts_at), now: when(at.starts_at) })}</p><p class="actions"><${Act} work=${() => step("reschedule", { starts_at: at.starts_at })}>${t("Move")}</${Act}><button type="button" class="quiet" onClick=${() => set(null)}>${t("Another one")}</button></p>`;
}
