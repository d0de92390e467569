// A conversation: its head, its messages with days between them, and where one writes.

import { html, useEffect, useLayoutEffect, useRef, useState } from "./preact-htm.js";
import { get } from "./api.js";
import { has } from "./config.js";
import { day, isoDay } from "./format.js";
import { useBuildings } from "./buildings-state.js";
import { Compose } from "./chat-compose.js";
import { namedIn } from "./chat-events.js";
import { Info } from "./chat-info.js";
import { Face, brief, titleOf } from "./chat-list.js";
import { Menu, Message, Waiting } from "./chat-message.js";
import { waiting } from "./chat-outbox.js";
import { usePresence, wordsOf } from "./chat-presence.js";
import { chats, close, connected, know, meet, nameOf, onMessage, open, people, read, snapshot, typists, update } from "./chat-state.js";
import { after, around, before } from "./chat-talk-state.js";
import { ask, useTitle } from "./router.js";
import { useStore } from "./store.js";
import { t, tn } from "./strings.js";
import { Dialog, Icon, Loaded, tell, words } from "./ui.js";

const RUN = 5 * 60_000; // milliseconds within which messages of one person stand together
const RANKS = ["member", "moderator", "admin", "owner"];

export function Talk({ id, user, query }) {
  const [talk] = useState(() => open(id));
  const state = useStore(talk);
  useEffect(() => () => close(id), []);
  const again = () => snapshot(id).catch(() => {});
  return html`<${Loaded} of=${{ data: state.messages ? state : undefined, problem: state.problem, reload: again }}>${(now) => html`<${Shown} state=${now} user=${user} at=${query?.get("at")} />`}</${Loaded}>`;
}

function Shown({ state, user, at }) {
  const me = user.id;
  const known = useStore(people);
  const listed = useStore(chats)?.items[state.id];
  const [menu, setMenu] = useState(null);
  const [replied, reply] = useState(null);
  const [edited, edit] = useState(null);
  const [info, setInfo] = useState(false);
  const others = Object.keys(state.members).filter((one) => one !== me);
  const peer = listed?.peer ?? (state.of.kind === "direct" ? known[others[0]] : null);
  const title = titleOf(state.of, peer);
  useTitle(title);
  useEffect(() => {
    if (state.of.kind === "group" || state.of.kind === "attached") names(state.id);
    for (const one of others.slice(0, 2)) meet(one);
  }, [state.id, others.length]);
  const { mine } = useBuildings();
  const writes = mayWrite(state, mine);
  const to = (message) => ask({ at: message.id }, { replace: true });
  return html`
    <section class="talk-pane" aria-label=${title}>
      <${Head} state=${state} title=${title} peer=${peer} others=${others} known=${known} show=${() => setInfo(true)} />
      <${Log} state=${state} me=${me} known=${known} at=${at} menu=${setMenu} goTo=${to} />
      ${writes === true ? html`<${Compose} key=${state.id} state=${state} me=${me} known=${known} replied=${replied} edited=${edited} done=${() => (reply(null), edit(null))} />` : html`<p class="closed hint">${writes}</p>`}
      ${menu && html`<${Menu} of=${menu} state=${state} me=${me} known=${known} close=${() => setMenu(null)} reply=${writes === true && ((one) => (edit(null), reply(one)))} edit=${writes === true && ((one) => (reply(null), edit(one)))} />`}
      ${info && html`<${Dialog} title=${title} close=${() => setInfo(false)}><${Info} state=${state} me=${me} peer=${peer} listed=${listed} close=${() => setInfo(false)} /></${Dialog}>`}
    </section>`;
}

/** Return true, or why nothing can be written. */
function mayWrite({ of, removed }, buildings) {
  if (removed) return t("You are no longer in this conversation.");
  if (of.closed_at) return t("This conversation is closed; it can still be read.");
  const announced = of.ref?.startsWith("building_announcements:") && of.ref.split(":")[1];
  if (announced && !buildings?.find((one) => one.id === announced)?.mine.admin) return t("Only the building's admins write here.");
  if (RANKS.indexOf(of.me.role) < RANKS.indexOf(of.post_role)) return t("Only those who run it write here.");
  return true;
}

async function names(id) {
  for (let cursor, round = 0; round < 3; round += 1) {
    const page = await get(`/v1/conversations/${id}/members`, { limit: 100, cursor }).catch(() => ({ items: [] })); // names come one by one, then
    know(page.items.map((one) => one.user));
    if (!(cursor = page.next)) return;
  }
}

function Head({ state, title, peer, others, known, show }) {
  const seen = usePresence(has("presence") && others.length <= 2 ? others : []);
  const typing = Object.keys(useStore(typists)[state.id] ?? {});
  const there = useStore(connected);
  const someone = others.length === 1 ? others[0] : null;
  const about = typing.length
    ? state.of.kind === "direct" ? t("writes …") : tn(typing.length, "{names} writes …", "{names} write …", { names: typing.map((one) => nameOf(one, known)).join(", ") })
    : !there ? t("Connecting …")
    : state.of.kind === "channel" ? t("Announcements")
    : someone ? [state.of.kind === "direct" ? "" : nameOf(someone, known), wordsOf(seen[someone])].filter(Boolean).join(" · ")
    : state.of.member_count ? tn(state.of.member_count, "{n} person", "{n} people") : "";
  return html`
    <header class="talk-head">
      <a class="button quiet round back" href="/app/chat" aria-label=${t("All conversations")}><${Icon} name="left" /></a>
      <${Face} of=${state.of} peer=${peer} seen=${seen} />
      <div><h1 tabindex="-1">${title}</h1><p class="about ${typing.length ? "typing" : ""}">${about}</p></div>
      <button type="button" class="quiet round" aria-label=${t("About this conversation")} aria-haspopup="dialog" onClick=${show}><${Icon} name="more" /></button>
    </header>`;
}

function Log({ state, me, known, at, menu, goTo }) {
  const place = useRef(null);
  const end = useRef(true); // whether one is at the end
  const shape = useRef({});
  const [away, setAway] = useState(false);
  const [news, setNews] = useState(0);
  const [said, say] = useState("");
  const [since] = useState(state.of.me.read_seq); // where what is new began
  const [busy, setBusy] = useState("");
  const queued = useStore(waiting).filter((one) => one.conversation_id === state.id && !state.messages.some((other) => other.id === one.id));
  const last = state.messages.at(-1);

  const bottom = () => {
    place.current.scrollTop = place.current.scrollHeight;
  };
  useLayoutEffect(() => {
    const box = place.current;
    const { first, height, top } = shape.current;
    if (first && state.messages[0]?.seq < first) box.scrollTop = top + box.scrollHeight - height; // older ones came above
    else if (end.current && !state.newer) bottom();
    shape.current = { first: state.messages[0]?.seq, height: box.scrollHeight, top: box.scrollTop };
  }, [state.messages, queued.length]);
  useLayoutEffect(() => {
    const begins = !at && place.current.querySelector(".news");
    if (begins) begins.scrollIntoView({ block: "center" });
    scrolled();
    const watch = new ResizeObserver(() => end.current && bottom()); // pictures arrive, the keyboard opens
    watch.observe(place.current);
    watch.observe(place.current.firstElementChild);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (queued.at(-1)) {
      end.current = true;
      bottom();
    }
  }, [queued.at(-1)?.id]);
  useShownAt(state, at, place, end);
  useEffect(
    () =>
      onMessage((message) => {
        if (message.conversation_id !== state.id) return;
        say(`${nameOf(message.sender_id)}: ${brief(message, people.get())}`);
        if (!end.current) setNews((n) => n + 1);
      }),
    [],
  );
  useEffect(() => {
    for (const one of state.messages) if (one.type === "system") namedIn(one).forEach(meet);
    for (const id of new Set(state.messages.map((one) => one.sender_id))) meet(id);
  }, [last?.id, state.older]);
  const look = () => document.visibilityState === "visible" && end.current && last && !state.newer && read(state.id, last);
  useEffect(() => {
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [last?.id, away]);

  async function more(which) {
    if (busy || !state[which]) return;
    setBusy(which);
    try {
      const page = await get(`/v1/conversations/${state.id}/messages`, { limit: 50, [which === "older" ? "before" : "after"]: state[which] });
      update(state.id, (now) => (which === "older" ? before : after)(now, page));
    } catch (problem) {
      tell(words(problem));
    } finally {
      setBusy("");
    }
  }
  function scrolled() {
    const box = place.current;
    shape.current = { ...shape.current, height: box.scrollHeight, top: box.scrollTop };
    end.current = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
    if (end.current) {
      setNews(0);
      look();
    }
    setAway(!end.current || Boolean(state.newer));
    if (box.scrollTop < 150) more("older");
    if (end.current && state.newer) more("newer");
  }
  async function newest() {
    if (state.newer || at) {
      ask({ at: null }, { replace: true });
      await snapshot(state.id).catch(() => {});
    }
    end.current = true;
    bottom();
  }

  return html`
    <div class="log-frame">
      <div class="log" ref=${place} tabindex="0" role="group" aria-label=${t("Messages")} onScroll=${scrolled}>
        <ol>
          ${state.older && html`<li class="earlier"><button type="button" class="link" aria-busy=${busy === "older"} onClick=${() => more("older")}>${t("Earlier messages")}</button></li>`}
          ${!state.messages.length && !queued.length && html`<li class="event"><span>${t("Nothing was said yet.")}</span></li>`}
          ${state.messages.map((one, index) => html`<${Entry} key=${one.id} of=${one} previous=${state.messages[index - 1]} state=${state} me=${me} known=${known} since=${since} menu=${menu} goTo=${goTo} />`)}
          ${!state.newer && queued.map((one) => html`<${Waiting} key=${one.id} of=${one} />`)}
        </ol>
      </div>
      ${away && html`<button type="button" class="newest" onClick=${newest}><${Icon} name="down" /><span>${news ? tn(news, "{n} new", "{n} new") : t("Newest")}</span></button>`}
      <p class="unseen" role="status" aria-live="polite">${said}</p>
    </div>`;
}

function Entry({ of, previous, since, ...rest }) {
  const fresh = !previous || isoDay(previous.created_at) !== isoDay(of.created_at);
  const news = of.seq > since && of.sender_id !== rest.me && of.counted && (previous ? previous.seq <= since : !rest.state.older);
  const head = fresh || news || previous.sender_id !== of.sender_id || previous.type === "system" || new Date(of.created_at) - new Date(previous.created_at) > RUN;
  return html`
    ${fresh && html`<li class="day"><span>${dated(of.created_at)}</span></li>`}
    ${news && html`<li class="news"><span>${t("New")}</span></li>`}
    <${Message} of=${of} head=${head} ...${rest} />`;
}

function dated(moment) {
  const name = isoDay(moment);
  if (name === isoDay(Date.now())) return t("Today");
  return name === isoDay(Date.now() - 86_400_000) ? t("Yesterday") : day(moment);
}

/** Show a message in its place, wherever in the history that is. */
function useShownAt(state, at, place, end) {
  const here = at && state.messages.some((one) => one.id === at);
  useEffect(() => {
    if (!at || here) return;
    end.current = false;
    get(`/v1/conversations/${state.id}/messages`, { around: at, limit: 50 })
      .then((page) => update(state.id, (now) => around(now, page)))
      .catch((problem) => tell(words(problem)));
  }, [at]);
  useEffect(() => {
    const found = here && document.getElementById(`m-${at}`);
    if (!found) return;
    end.current = false;
    found.scrollIntoView({ block: "center" });
    found.classList.remove("found");
    place.current.dispatchEvent(new Event("scroll")); // it may be at the end
    requestAnimationFrame(() => found.classList.add("found"));
  }, [at, here]);
}

