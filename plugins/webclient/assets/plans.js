// Plans: what each allows and costs, which one has and how much of it is used; choose, pay, cancel, resume.

import { html, useEffect, useRef, useState } from "./preact-htm.js";
import { call, get, post } from "./api.js";
import { has } from "./config.js";
import { date, money, number } from "./format.js";
import { Paying } from "./pay.js";
import { useTitle } from "./router.js";
import { named, t, tn } from "./strings.js";
import { Act, Loaded, tell, useLoad } from "./ui.js";

const TRIES = 20; // looks, half a second apart, at whether what was paid has come to count
const EVERY = { month: () => t("a month"), year: () => t("a year") };
const STATES = {
  PENDING: () => t("To be paid"), TRIALING: () => t("On trial"), ACTIVE: () => t("Running"), PAST_DUE: () => t("Not paid yet"),
};

/** Return the plans and what one has; what it allows is asked for last, so that it is never older than what is paid. */
async function load() {
  const [{ items: plans }, { items }] = await Promise.all([get("/v1/subscription-plans"), get("/v1/subscriptions", { limit: 1 })]);
  const living = items[0] && !items[0].ended_at ? await get(`/v1/subscriptions/${items[0].id}`) : null;
  return { plans, living, current: await get("/v1/subscriptions/current") };
}

export function Plans({ query }) {
  useTitle(t("Plans"));
  const all = useLoad(load, []);
  return html`
    <section class="plans-page">
      <h1 tabindex="-1">${t("Plans")}</h1>
      <${Loaded} of=${all}>${(of) => html`<${Shown} ...${of} wanted=${query.get("wanted")} reload=${all.reload} set=${all.set} />`}</${Loaded}>
    </section>`;
}

function Shown({ plans, current, living, wanted, reload, set }) {
  const intervals = [...new Set(plans.flatMap((one) => Object.keys(one.prices)))];
  const [interval, setInterval] = useState(living?.interval ?? intervals[0]);
  const [due, setDue] = useState(null);
  const there = useRef(true);
  useEffect(() => () => (there.current = false), []);
  const meters = new Map(current.usage.map((one) => [one.meter, one.title]));
  const demand = async ({ due: charge }) => charge?.url && has("payments") && setDue({ payment: await get(charge.url), charge: charge.id });
  const choose = async (plan) => {
    const body = { plan: plan.name, interval };
    const made = living ? await call("PATCH", `/v1/subscriptions/${living.id}`, { body, etag: living.etag }) : await post("/v1/subscriptions", body);
    await reload();
    await demand(made);
  };
  const settled = async () => {
    const { charge } = due;
    setDue(null);
    tell(t("Paid."));
    for (let left = TRIES; left && there.current; left--) {
      const now = await load();
      set(now);
      if (now.living?.due?.id !== charge) return;
      await new Promise((done) => setTimeout(done, 500));
    }
  };
  return html`
    <${Present} of=${living} plans=${plans} current=${current} pay=${() => demand(living)} reload=${reload} />
    ${intervals.length > 1 && html`
      <fieldset class="choices"><legend>${t("How often do you want to pay?")}</legend>
        ${intervals.map((one) => html`<label key=${one}><input type="radio" name="interval" value=${one} checked=${one === interval} onChange=${() => setInterval(one)} /> ${one === "year" ? t("Every year") : t("Every month")}</label>`)}
      </fieldset>`}
    <ul class="plans">${plans.map((one) => html`<${Plan} key=${one.name} of=${one} meters=${meters} interval=${interval} living=${living} holds=${current.plan === one.name} wanted=${wanted === one.name} choose=${() => choose(one)} />`)}</ul>
    ${due && html`<${Paying} of=${due.payment} paid=${settled} close=${() => setDue(null)} />`}`;
}

/** Say what the end of the period is the end of. */
function until({ cancel_at_period_end: ending, status, period_end: end }) {
  if (ending) return t("It ends on {date}.", { date: date(end) });
  return status === "TRIALING" ? t("The trial lasts until {date}; then it is to be paid.", { date: date(end) }) : t("It renews on {date}.", { date: date(end) });
}

/** What one has now, how much of it is used, and what is to be done about it. */
function Present({ of, plans, current, pay, reload }) {
  const step = (name, body) => async () => {
    await call("POST", `/v1/subscriptions/${of.id}/${name}`, { body, etag: of.etag });
    await reload();
  };
  const title = (name) => plans.find((one) => one.name === name)?.title ?? name;
  const ending = of?.cancel_at_period_end;
  const unpaid = of && ["PENDING", "PAST_DUE"].includes(of.status);
  return html`
    <div class="card-like present" data-plan=${current.plan} data-status=${of?.status ?? "NONE"} data-ending=${ending ? "" : null} data-due=${of?.due ? "" : null}>
      <h2>${t("You have {plan}", { plan: current.title })}</h2>
      ${of && html`<p><span class="status">${ending ? t("Cancelled") : STATES[of.status]()}</span> ${!unpaid && html`<span class="hint">${until(of)}</span>`}</p>`}
      ${of?.next_plan && html`<p>${t("{plan} takes over on {date}.", { plan: title(of.next_plan), date: date(of.period_end) })}</p>`}
      ${of?.due && html`<p>${t("{amount} is to be paid for {plan}.", { amount: money(of.due.amount), plan: title(of.due.plan) })}</p>`}
      <ul class="rows">${current.usage.map((one) => html`<li key=${one.meter}><div>${one.title}</div><span>${one.limit === null ? t("{used} used, no limit", { used: number(one.used) }) : t("{used} of {limit} used", { used: number(one.used), limit: number(one.limit) })}</span></li>`)}</ul>
      ${of && html`<p class="actions">
        ${of.due?.url && has("payments") && html`<${Act} work=${pay}>${t("Pay {amount}", { amount: money(of.due.amount) })}</${Act}>`}
        ${ending ? html`<${Act} work=${step("resume")}>${t("Go on with it")}</${Act}>` : html`<${Act} class="quiet" work=${step("cancel", { at_once: false })}>${unpaid ? t("Cancel it now") : t("Cancel at the period's end")}</${Act}>`}
        ${!unpaid && has("payments") && html`<a href="/app/wallet">${t("How renewals are paid")}</a>`}
      </p>`}
    </div>`;
}

function Plan({ of, meters, interval, living, holds, wanted, choose }) {
  const price = of.prices[interval];
  const same = holds && (!living || (living.interval === interval && !living.next_plan));
  const offered = price && !same && (!living || ["TRIALING", "ACTIVE"].includes(living.status));
  return html`
    <li class="plan card-like" data-plan=${of.name} data-wanted=${wanted ? "" : null} aria-current=${holds ? "true" : null}>
      <h2>${of.title}</h2>
      ${wanted && !holds && html`<p class="good">${t("Allows what you wanted")}</p>`}
      <p class="price">${price ? `${money(price)} ${EVERY[interval]?.() ?? interval}` : t("Free")}</p>
      <ul class="allows">
        ${[...meters].map(([meter, title]) => html`<li key=${meter}>${meter in of.limits ? t("{title}: up to {n}", { title, n: number(of.limits[meter]) }) : t("{title}: no limit", { title })}</li>`)}
        ${of.features.map((one) => html`<li key=${one}>${named(one)}</li>`)}
        ${of.trial_days > 0 && html`<li>${tn(of.trial_days, "The first {n} day is free, once", "The first {n} days are free, once")}</li>`}
      </ul>
      <p class="actions">${holds && html`<span class="good">${t("Yours")}</span>`}${offered && html`<${Act} aria-label=${t("Choose {plan}", { plan: of.title })} work=${choose}>${t("Choose")}</${Act}>`}</p>
    </li>`;
}
