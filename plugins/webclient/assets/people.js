// A person's page: who they are, how they deal, what they offer.

import { html } from "./preact-htm.js";
import { get } from "./api.js";
import { has } from "./config.js";
import { date, number } from "./format.js";
import { useBuildings } from "./buildings-state.js";
import { Card } from "./market.js";
import { useTitle } from "./router.js";
import { Reviews } from "./reviews.js";
import { Block, Report } from "./safety.js";
import { session } from "./session.js";
import { useStore } from "./store.js";
import { t, tn } from "./strings.js";
import { Icon, Loaded, Pages, Picture, Stars, useLoad } from "./ui.js";

export function People({ id }) {
  const person = useLoad(() => get(`/v1/users/${id}`), [id]);
  useTitle(person.data?.name ?? t("Person"));
  return html`<${Loaded} of=${person}>${(of) => html`<${Shown} of=${of} />`}</${Loaded}>`;
}

function Shown({ of }) {
  const user = useStore(session)?.user;
  const { scope } = useBuildings();
  const other = user && user.id !== of.id;
  const blocks = useLoad(async () => (other && has("blocking") ? get("/v1/blocks", { limit: 100 }) : { items: [] }), [of.id, other]);
  const blocked = blocks.data?.items.some((one) => one.user.id === of.id);
  return html`
    <header class="profile">
      <${Picture} url=${of.avatar_url} title=${of.name} class="avatar large" width="96" height="96" />
      <div>
        <h1 tabindex="-1">${of.name}${of.verified && html` <${Icon} name="check" label=${t("Verified")} />`}</h1>
        ${of.status_message && html`<p>${of.status_message}</p>`}
        <p class="hint">${t("Here since {date}", { date: date(of.member_since) })}</p>
        ${of.bio && html`<p class="words">${of.bio}</p>`}
        ${other && html`<p class="quietly">
          ${has("chat") && !blocked && html`<a href="/app/chat/with/${of.id}"><${Icon} name="chat" />${t("Write to {name}", { name: of.name })}</a>`}
          ${has("blocking") && blocks.data && html`<${Block} id=${of.id} name=${of.name} blocked=${blocked} changed=${blocks.reload} />`}
          ${has("moderation") && html`<${Report} kind="user" id=${of.id} />`}
        </p>`}
      </div>
    </header>
    ${has("reviews") && html`<${Reputation} id=${of.id} />`}
    <section><h2>${t("On offer")}</h2>
      <${Pages} load=${(page) => get("/v1/listings", { seller: of.id, limit: 24, scope, ...page })} inputs=${[of.id, scope]} none=${t("Nothing at the moment.")} listClass="grid" item=${(one) => html`<${Card} key=${one.id} of=${one} about="" />`} />
    </section>
    ${has("reviews") && html`<section><h2>${t("Reviews")}</h2><${Reviews} subject=${of.id} /></section>`}`;
}

function Reputation({ id }) {
  const seller = useLoad(() => get(`/v1/reputation/${id}`, { role: "seller" }), [id]);
  if (!seller.data?.count) return null;
  const { score, count, stars } = seller.data;
  return html`
    <section class="reputation" aria-label=${t("Reputation as a seller")}>
      <p class="score">${number(score, 1)}</p>
      <div><p><${Stars} of=${score} /></p><p class="hint">${tn(count, "{n} review as a seller", "{n} reviews as a seller")}</p></div>
      <ul>${[5, 4, 3, 2, 1].map((n) => html`<li><span>${n}★</span><progress max=${count} value=${stars[n]} aria-label=${t("{n} stars", { n })}></progress><span>${stars[n]}</span></li>`)}</ul>
    </section>`;
}
