// About a conversation: who is in it, and how one wants it for oneself.

import { html, useState } from "./preact-htm.js";
import { get, patch, post, remove } from "./api.js";
import { has } from "./config.js";
import { when } from "./format.js";
import { know, mute, update } from "./chat-state.js";
import { go } from "./router.js";
import { Block, Report } from "./safety.js";
import { named, t } from "./strings.js";
import { Act, Choice, Dialog, Form, Icon, Loaded, Pages, Person, tell, useLoad } from "./ui.js";

const FOREVER = "9999-12-31T00:00:00Z";
const HOUR = 3_600_000;
const TERMS = [[String(8 * HOUR), () => t("For eight hours")], [String(7 * 24 * HOUR), () => t("For a week")], ["", () => t("Until I say otherwise")]];
const ADDING = ["admin", "owner"];

export function Info({ state, me, peer, listed, close }) {
  const { of } = state;
  const wish = async (body) => {
    await patch(`/v1/conversations/${of.id}/me`, body);
    tell(t("Kept."));
  };
  const own = listed ?? of;
  const leave = async () => {
    await remove(`/v1/conversations/${of.id}/members/${me}`);
    go("/app/chat", { replace: true });
  };
  const about = of.ref?.startsWith("order:") ? [`/app/orders/${of.ref.slice(6)}`, t("To the order")] : of.ref?.startsWith("booking:") ? [`/app/bookings/${of.ref.slice(8)}`, t("To the booking")] : null;
  return html`
    ${of.description && html`<p class="words">${of.description}</p>`}
    ${about && html`<p><a href=${about[0]}>${about[1]}</a></p>`}
    ${peer && of.kind === "direct" && html`<${Person} of=${peer} />`}
    <${Quiet} of=${own} wish=${wish} />
    <div class="steps">
      <${Act} class="quiet" work=${() => wish({ pinned: !own.me.pinned_at })}>${own.me.pinned_at ? t("Take it off the top") : t("Keep it at the top")}</${Act}>
      <${Act} class="quiet" work=${() => wish({ archived: !own.me.archived })}>${own.me.archived ? t("Take it out of the archive") : t("Archive it")}</${Act}>
      <${Clear} id=${of.id} />
      ${(of.kind === "group" || of.kind === "channel") && of.me.role !== "owner" && html`<${Act} class="quiet danger" work=${leave}>${t("Leave it")}</${Act}>`}
    </div>
    ${of.kind !== "channel" && of.kind !== "direct" && html`<section><h3>${t("People")}</h3><${Pages} load=${(page) => members(of.id, page)} none=${t("Nobody")} item=${(one) => html`<li key=${one.user.id}><${Person} of=${one.user} about=${one.role === "member" ? "" : named(one.role)} /></li>`} /></section>`}
    ${of.kind === "group" && ADDING.includes(of.me.role) && html`<${Link} id=${of.id} />`}
    ${peer && of.kind === "direct" && html`<${Safety} peer=${peer} />`}
    <p class="actions"><button type="button" onClick=${close}>${t("Back to the messages")}</button></p>`;
}

async function members(id, page) {
  const found = await get(`/v1/conversations/${id}/members`, { limit: 50, ...page });
  know(found.items.map((one) => one.user));
  return found;
}

function Quiet({ of, wish }) {
  const [asking, ask] = useState(false);
  if (mute(of)) return html`<p><${Icon} name="mute" /> ${of.me.muted_until.startsWith("9999") ? t("Muted.") : t("Muted until {when}.", { when: when(of.me.muted_until) })} <${Act} class="link" work=${() => wish({ muted_until: null })}>${t("Hear of it again")}</${Act}></p>`;
  if (!asking) return html`<p><button type="button" class="quiet" onClick=${() => ask(true)}><${Icon} name="mute" />${t("Mute")}</button></p>`;
  const send = async ({ term }) => {
    await wish({ muted_until: term ? new Date(Date.now() + Number(term)).toISOString() : FOREVER });
    ask(false);
  };
  return html`<${Form} send=${send} submit=${t("Mute")}><${Choice} label=${t("For how long?")} name="term" pointer="/muted_until" options=${TERMS.map(([value, text]) => [value, text()])} /></${Form}>`;
}

function Clear({ id }) {
  const [asking, ask] = useState(false);
  const clear = async () => {
    await remove(`/v1/conversations/${id}/history`);
    update(id, (state) => ({ ...state, messages: [], older: null }));
    ask(false);
  };
  return html`
    <button type="button" class="quiet danger" onClick=${() => ask(true)}>${t("Clear it for me")}</button>
    ${asking && html`<${Dialog} title=${t("Clear what was said?")} close=${() => ask(false)}><p>${t("You no longer see it; the others keep it.")}</p><p class="actions"><${Act} work=${clear}>${t("Clear")}</${Act}></p></${Dialog}>`}`;
}

function Link({ id }) {
  const [link, set] = useState("");
  const make = async () => {
    const { token } = await post(`/v1/conversations/${id}/invites`, {});
    set(`${location.origin}/app/chat/join/${token}`);
  };
  if (!link) return html`<p><${Act} class="quiet" work=${make}>${t("Make a link to come in by")}</${Act}></p>`;
  return html`<p class="field"><label for="invite-link">${t("Whoever has this link comes in")}</label><input id="invite-link" readonly value=${link} onFocus=${(event) => event.target.select()} /></p>`;
}

function Safety({ peer }) {
  const blocks = useLoad(async () => (has("blocking") ? get("/v1/blocks", { limit: 100 }) : { items: [] }), [peer.id]);
  return html`<${Loaded} of=${blocks}>${({ items }) => html`<p class="quietly">
    ${has("blocking") && html`<${Block} id=${peer.id} name=${peer.name} blocked=${items.some((one) => one.user.id === peer.id)} changed=${blocks.reload} />`}
    ${has("moderation") && html`<${Report} kind="user" id=${peer.id} />`}
  </p>`}</${Loaded}>`;
}

