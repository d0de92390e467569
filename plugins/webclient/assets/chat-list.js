// The list of one's conversations, the search in them, and a new group.

import { html, useEffect, useLayoutEffect, useRef, useState } from "./preact-htm.js";
import { get, post } from "./api.js";
import { has } from "./config.js";
import { day, isoDay, time } from "./format.js";
import { chats, know, loadChats, mute, nameOf, ordered, people, typists } from "./chat-state.js";
import { waiting } from "./chat-outbox.js";
import { usePresence } from "./chat-presence.js";
import { Rich } from "./chat-text.js";
import { event } from "./chat-events.js";
import { ask, go } from "./router.js";
import { me } from "./session.js";
import { useStore } from "./store.js";
import { named, t, tn } from "./strings.js";
import { Act, Dialog, Field, Form, Icon, Loaded, Picture, useLoad } from "./ui.js";

/** Return what a conversation is called. */
export function titleOf(of, peer) {
  if (of.kind === "direct") return (of.peer ?? peer)?.name ?? t("Somebody");
  return of.title || t("Conversation");
}

const SIGNS = [["order:", "bag"], ["booking:", "calendar"], ["building", "home"]];

/** The picture of a conversation: of the other person, or a sign of what it is about. */
export function Face({ of, peer, seen }) {
  const other = of.peer ?? peer;
  const sign = SIGNS.find(([start]) => of.ref?.startsWith(start))?.[1] ?? (of.kind === "direct" ? null : "group");
  if (sign) return html`<span class="avatar none sign"><${Icon} name=${sign} /></span>`;
  const status = seen?.[other?.id]?.status;
  return html`<span class="face"><${Picture} url=${other?.avatar_url} title=${titleOf(of, peer)} class="avatar" width="44" height="44" />${status && status !== "offline" && html`<span class="dot ${status}"><span class="unseen">${named(status)}</span></span>`}</span>`;
}

/** Return a message in a few words. */
export function brief(message, all) {
  if (!message) return "";
  if (message.deleted_at) return t("Message deleted");
  if (message.type === "system") return event(message, all);
  const kinds = { image: t("Photograph"), album: t("Photographs"), video: t("Film"), audio: t("Recording"), voice: t("Voice message"), document: t("File"), poll: message.payload.question, location: t("A place"), live_location: t("A place"), contact: message.payload.name, gif: "GIF", sticker: t("Sticker") };
  const text = message.type === "markdown" ? message.text.replace(/[*_`~#>]+/g, "") : message.text;
  return text || kinds[message.type] || "";
}

let scrolled = 0;

/** The conversations, beside the one that is shown or alone. */
export function List({ chosen, query, heading: Heading = "h2" }) {
  const all = useStore(chats);
  const [problem, setProblem] = useState(null);
  const place = useRef(null);
  const q = query?.get("q") ?? "";
  const load = () => loadChats().then(() => setProblem(null), setProblem);
  useEffect(() => {
    if (!chats.get()) load();
  }, [all === null]);
  useLayoutEffect(() => {
    if (place.current) place.current.scrollTop = scrolled;
  }, [all === null]);
  return html`
    <div class="pane">
      <header class="pane-head"><${Heading} tabindex="-1">${t("Chats")}</${Heading}><${NewGroup} /></header>
      <${Search} q=${q} />
      ${q ? html`<${Results} q=${q} />` : html`
        <div class="scroll" ref=${place} tabindex="0" role="group" aria-label=${t("Conversations")} onScroll=${() => (scrolled = place.current.scrollTop)}>
          <${Loaded} of=${{ data: all ?? undefined, problem, reload: load }}>${(known) => html`<${Rows} all=${known} chosen=${chosen} query=${query} />`}</${Loaded}>
        </div>`}
    </div>`;
}

function Rows({ all, chosen, query }) {
  const archive = query?.has("archived");
  const every = ordered(all);
  const rows = every.filter((one) => one.me.archived === Boolean(archive));
  const archived = every.length - every.filter((one) => !one.me.archived).length;
  const seen = usePresence(has("presence") ? rows.slice(0, 200).map((one) => one.peer?.id) : []);
  return html`
    ${archive && html`<p class="hint pad"><a href="/app/chat">${t("Back to all")}</a></p>`}
    ${!rows.length && html`<div class="empty pad"><p>${archive ? t("Nothing is archived.") : t("No conversations yet.")}</p>${!archive && html`<p><a href="/app">${t("Ask a seller, or order something")}</a></p>`}</div>`}
    <ul class="chats">${rows.map((one) => html`<${Row} key=${one.id} of=${one} seen=${seen} here=${one.id === chosen} />`)}</ul>
    ${all.next && html`<p class="more pad"><${Act} class="quiet" work=${() => loadChats(all.next)}>${t("Show more")}</${Act}></p>`}
    ${!archive && archived > 0 && html`<p class="hint pad"><a href="/app/chat?archived=1">${tn(archived, "{n} archived", "{n} archived")}</a></p>`}`;
}

function Row({ of, seen, here }) {
  const known = useStore(people);
  const typing = Object.keys(useStore(typists)[of.id] ?? {});
  const queued = useStore(waiting).findLast((one) => one.conversation_id === of.id);
  const last = of.last_message;
  const own = last?.sender_id === me()?.id;
  const by = own && last.type !== "system" ? `${t("You")}: ` : of.kind !== "direct" && last?.sender_id && last.type !== "system" ? `${nameOf(last.sender_id, known)}: ` : "";
  const line = typing.length ? t("writes …") : queued ? `${t("You")}: ${queued.text || t("Photograph")}` : by + brief(last, known);
  return html`
    <li class=${here ? "here" : null}>
      <a href="/app/chat/${of.id}" aria-current=${here ? "true" : null}>
        <${Face} of=${of} seen=${seen} />
        <span class="lines">
          <span class="line"><strong>${titleOf(of)}</strong>${mute(of) && html`<${Icon} name="mute" label=${t("Muted")} />`}${of.me.pinned_at && html`<${Icon} name="pin" label=${t("Pinned")} />`}<time datetime=${of.last_activity_at}>${moment(of.last_activity_at)}</time></span>
          <span class="line"><span class="last ${typing.length ? "typing" : ""}">${line}</span>${of.me.unread > 0 && html`<span class="badge ${mute(of) ? "still" : ""}">${of.me.unread > 99 ? "99+" : of.me.unread}<span class="unseen"> ${tn(of.me.unread, "unread", "unread")}</span></span>`}</span>
        </span>
      </a>
    </li>`;
}

const moment = (at) => (isoDay(at) === isoDay(Date.now()) ? time(at) : day(at));

function Search({ q }) {
  const submitted = (event) => {
    event.preventDefault();
    const text = new FormData(event.target).get("q").trim();
    text ? go(`/app/chat?q=${encodeURIComponent(text)}`) : ask({ q: null });
  };
  return html`
    <form class="find" role="search" onSubmit=${submitted}>
      <label class="unseen" for="chat-search">${t("Search in messages")}</label>
      <input id="chat-search" type="search" name="q" key=${q} defaultValue=${q} placeholder=${t("Search in messages")} maxlength="200" enterkeyhint="search" onSearch=${(event) => !event.target.value && q && ask({ q: null })} />
    </form>`;
}

function Results({ q }) {
  const found = useLoad(async () => {
    const page = await get("/v1/chat/search", { q, limit: 50 });
    if (!chats.get()) await loadChats();
    return page;
  }, [q]);
  const all = useStore(people);
  return html`
    <div class="scroll" tabindex="0" role="group" aria-label=${t("Found messages")}>
      <${Loaded} of=${found}>${({ items }) => html`
        <p class="hint pad" role="status">${tn(items.length, "{n} message found", "{n} messages found")} · <a href="/app/chat">${t("Back to all")}</a></p>
        <ul class="chats">${items.map(({ message, highlight }) => html`
          <li key=${message.id}><a href="/app/chat/${message.conversation_id}?at=${message.id}"><span class="lines">
            <span class="line"><strong>${where(message)}</strong><time datetime=${message.created_at}>${moment(message.created_at)}</time></span>
            <span class="last whole">${highlight ? html`<${Rich} source=${highlight} />` : brief(message, all)}</span>
          </span></a></li>`)}
        </ul>`}</${Loaded}>
    </div>`;
}

function where(message) {
  const of = chats.get()?.items[message.conversation_id];
  return of ? titleOf(of) : t("Conversation");
}

function NewGroup() {
  const [open, set] = useState(false);
  return html`
    <button type="button" class="quiet round" aria-label=${t("New group")} title=${t("New group")} onClick=${() => set(true)}><${Icon} name="plus" /></button>
    ${open && html`<${Dialog} title=${t("New group")} close=${() => set(false)}><${GroupForm} /></${Dialog}>`}`;
}

function GroupForm() {
  const known = ordered(chats.get() ?? { items: {} }).map((one) => one.peer).filter((one) => one && !one.deleted);
  const send = async ({ title }, form) => {
    const members = new FormData(form).getAll("member");
    const made = await post("/v1/conversations", { kind: "group", title: title ?? "", members });
    know(known);
    await loadChats();
    go(`/app/chat/${made.id}`);
  };
  return html`
    <${Form} send=${send} submit=${t("Open the group")} id="group">
      <${Field} label=${t("Name")} name="title" maxlength="128" />
      <fieldset class="choices column" data-pointer="/members"><legend>${t("With whom?")}</legend>
        ${known.length ? known.map((one) => html`<label key=${one.id}><input type="checkbox" name="member" value=${one.id} /> ${one.name}</label>`) : html`<p class="hint">${t("People you have written with are shown here. Others come in by a link.")}</p>`}
      </fieldset>
    </${Form}>`;
}

