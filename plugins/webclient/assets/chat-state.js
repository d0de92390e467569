// Conversations as they stand: one's list and those that are open, kept true by what `/chat` tells.
//
// Snapshots and events may overlap: what an event says is put where it belongs, so hearing it twice changes nothing.

import { get } from "./api.js";
import { has } from "./config.js";
import { me, session } from "./session.js";
import { follow } from "./sockets.js";
import { badges, store } from "./store.js";
import { heard, opened, placed } from "./chat-talk-state.js";
import { t } from "./strings.js";

const PAGE = 50;
const KEPT = 20; // conversations that were open and are kept true

/** One's conversations by id, and the cursor of those not asked for yet; null until they are known. */
export const chats = store(null);
/** Cards of people by id. */
export const people = store({});
/** Who types where: `{ [conversation]: { [person]: when it ends } }`. */
export const typists = store({});
export const connected = store(false);

const talks = new Map(); // conversations that are or were open: stores
const shown = new Map(); // how many views show each
let following = null; // a promise of what follows `/chat`
let fresh = null; // a promise of the list, since the connection came

export const mute = (one) => one.me.muted_until && new Date(one.me.muted_until) > Date.now();

/** Return one's conversations in the order of the list. */
export const ordered = (all) =>
  Object.values(all.items).sort((a, b) => Boolean(b.me.pinned_at) - Boolean(a.me.pinned_at) || (a.last_activity_at < b.last_activity_at ? 1 : -1));

export const know = (cards) => people.set((all) => ({ ...all, ...Object.fromEntries(cards.filter(Boolean).map((one) => [one.id, one])) }));

const meeting = new Set();

/** Learn who somebody is, once. */
export async function meet(id) {
  if (!id || people.get()[id] || meeting.has(id)) return;
  meeting.add(id);
  try {
    know([await get(`/v1/users/${id}`)]);
  } catch (problem) {
    if (problem.status === 404) know([{ id, name: t("Somebody"), avatar_url: "", deleted: true }]);
  } finally {
    meeting.delete(id);
  }
}

export const nameOf = (id, all = people.get()) => all[id]?.name ?? t("Somebody");

// --- the list ---

/** Load the list's first page; `more` loads the next. */
export async function loadChats(cursor) {
  const { items, next } = await get("/v1/conversations", { limit: PAGE, cursor });
  know(items.flatMap((one) => [one.peer, one.last_sender]));
  const listed = items.map((one) => ({ ...one, uncounted: one.last_ordinal - one.me.read_ordinal - one.me.unread }));
  const before = cursor ? chats.get()?.items : {};
  keep({ items: { ...before, ...Object.fromEntries(listed.map((one) => [one.id, one])) }, next });
}

function keep(all) {
  chats.set(all);
  const chat = Object.values(all?.items ?? {}).reduce((sum, one) => sum + (mute(one) || one.me.archived ? 0 : one.me.unread), 0);
  if (badges.get().chat !== chat) badges.set((before) => ({ ...before, chat }));
}

function change(id, how) {
  const all = chats.get();
  const one = all?.items[id];
  if (one) keep({ ...all, items: { ...all.items, [id]: counted({ ...one, ...how(one) }) } });
}

function counted(one) {
  const unread = Math.max(0, one.last_ordinal - one.me.read_ordinal - one.uncounted);
  return one.me.unread === unread ? one : { ...one, me: { ...one.me, unread } };
}

const marked = (one, { read_seq, read_ordinal }) =>
  read_seq < one.me.read_seq ? {} : { me: { ...one.me, read_seq, read_ordinal }, uncounted: read_seq >= one.last_seq ? 0 : one.uncounted };

function arrived(one, message) {
  const newer = message.seq > one.last_seq;
  const next = { ...one, last_seq: Math.max(one.last_seq, message.seq), last_ordinal: Math.max(one.last_ordinal, message.ordinal) };
  if (newer) Object.assign(next, { last_message: message, last_activity_at: message.created_at, last_sender: people.get()[message.sender_id] ?? null });
  const own = message.sender_id === me()?.id && !message.unattended;
  return own ? { ...next, ...marked(next, { read_seq: message.seq, read_ordinal: message.ordinal }) } : next;
}

const LISTED = {
  "message:new": (one, { message }) => arrived(one, message),
  "message:edited": (one, { message }) => (one.last_message?.id === message.id ? { last_message: message } : {}),
  "message:deleted": (one, { message }) => ({
    last_message: one.last_message?.id === message.id ? message : one.last_message,
    uncounted: one.uncounted + (message.counted && message.seq > one.me.read_seq && message.seq <= one.last_seq ? 1 : 0),
  }),
  "conversation:read": (one, marks) => marked(one, marks),
  "conversation:updated": (one, { changes, version }) => (version < one.version ? {} : { ...changes, version }),
  "conversation:closed": (one, { closed_at }) => ({ closed_at }),
  "conversation:preferences": (one, { muted_until, pinned_at, archived }) => ({ me: { ...one.me, muted_until, pinned_at, archived } }),
  "conversation:my_role": (one, { role }) => ({ me: { ...one.me, role } }),
  "conversation:role": (one, { user_id, role }) => (user_id === me()?.id ? { me: { ...one.me, role } } : {}),
  "conversation:cleared": (one, { cleared_seq }) => ({ me: { ...one.me, cleared_seq }, last_message: null }),
  "message:hidden": (one, { message_id }) => (one.last_message?.id === message_id ? { last_message: null } : {}),
};

// --- open conversations ---

/** Return the store of a conversation that a view shows, loading it; `close(id)` when it does no more. */
export function open(id) {
  shown.set(id, (shown.get(id) ?? 0) + 1);
  if (!talks.has(id)) {
    talks.set(id, store({ id }));
    snapshot(id).catch(() => {}); // the view shows the problem
  }
  enter(id);
  return talks.get(id);
}

/** Enter the rooms of a conversation that is not among the latest, of which one is in the rooms already. */
async function enter(id) {
  const chat = await following;
  await chat?.ready;
  if (chat && !chat.stands(`conversation:${id}`)) for (const family of ["conversation", "receipts"]) chat.join(`${family}:${id}`);
}

export function close(id) {
  shown.set(id, shown.get(id) - 1);
  const idle = [...talks.keys()].filter((one) => !shown.get(one));
  for (const one of idle.slice(0, Math.max(0, talks.size - KEPT))) talks.delete(one);
}

const taking = new Map();

/** Take a conversation as it stands; what comes meanwhile is held and put on top. */
export function snapshot(id) {
  if (!taking.has(id)) taking.set(id, take(id).finally(() => taking.delete(id)));
  return taking.get(id);
}

async function take(id) {
  const talk = talks.get(id);
  talk.held = [];
  try {
    const said = await get(`/v1/conversations/${id}`);
    let state = opened(said);
    for (const [name, data, at] of talk.held) {
      const stands = said.position[at.room];
      if (!stands || stands.epoch !== at.epoch || at.seq > stands.seq) state = heard(state, name, data, me()?.id);
    }
    talk.position = said.position;
    talk.set(state);
    for (const one of said.members.slice(0, 3)) meet(one.user_id);
    return said.position;
  } catch (problem) {
    talk.set((before) => ({ ...before, problem }));
    throw problem;
  } finally {
    talk.held = null;
  }
}

/** Change an open conversation: `update(id, (state) => next)`. */
export function update(id, how) {
  const talk = talks.get(id);
  if (talk?.get().messages) talk.set(how);
}

/** Put a message, as the API shows it, into its conversation and the list. */
export function put(message) {
  update(message.conversation_id, (state) => placed(state, message));
  change(message.conversation_id, (one) => arrived(one, message));
}

const asking = new Set();

/** Fetch a message anew: links to its media, or one that is answered to. */
export async function fetchMessage(id) {
  if (asking.has(id)) return;
  asking.add(id);
  try {
    const message = await get(`/v1/messages/${id}`);
    update(message.conversation_id, (state) => (state.messages.some((one) => one.id === id) ? placed(state, message) : { ...state, quoted: { ...state.quoted, [id]: message } }));
  } catch {
    // it is gone, or the next sight of it asks again
  } finally {
    setTimeout(() => asking.delete(id), 30_000); // a medium that cannot be shown is not asked for without end
  }
}

// --- the socket ---

async function load(room, state) {
  const [family, id] = room.split(":");
  if (shown.get(id) && talks.has(id)) return current(id, room, state);
  talks.delete(id); // opened again it is loaded
  fresh ??= loadChats().catch((problem) => {
    fresh = null;
    throw problem;
  });
  await fresh;
  if (family === "conversation" && !chats.get().items[id]) await loadChats();
  return state;
}

/** Return where a conversation that is shown stands: as it was taken, when nothing happened since, else anew. */
async function current(id, room, state) {
  await taking.get(id);
  const stands = talks.get(id)?.position?.[room];
  if (!talks.has(id) || (stands?.epoch === state.epoch && stands.seq === state.seq)) return state;
  return (await snapshot(id))[room] ?? state;
}

function apply(room, name, data, at) {
  const id = data.conversation_id;
  const talk = talks.get(id);
  if (talk?.held) talk.held.push([name, data, at]);
  else if (talk?.get().messages) talk.set((state) => heard(state, name, data, me()?.id));
  if (LISTED[name]) change(id, (one) => LISTED[name](one, data));
  if (name === "message:new") came(data.message);
  if (name === "conversation:created" && !chats.get()?.items[id]) loadChats().catch(() => {}); // with the next reload
  if (name === "conversation:removed") gone(id);
}

function came(message) {
  const { conversation_id, sender_id, seq, media_ids } = message;
  meet(sender_id);
  still(conversation_id, sender_id);
  if (media_ids.length && shown.get(conversation_id)) fetchMessage(message.id);
  if (sender_id !== me()?.id) {
    come("delivered", conversation_id, seq);
    for (const listener of listeners) listener(message);
  }
}

function gone(id) {
  const all = chats.get();
  update(id, (state) => ({ ...state, removed: true }));
  if (!all?.items[id]) return;
  const { [id]: _, ...items } = all.items;
  keep({ ...all, items });
}

const listeners = new Set();

/** Call for each new message of somebody else's. */
export function onMessage(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const marks = { delivered: new Map(), read: new Map() }; // what is to be told: how far one has come, by conversation
let telling = 0;

function come(name, id, seq) {
  marks[name].set(id, Math.max(seq, marks[name].get(id) ?? 0));
  telling ||= setTimeout(tellMarks, name === "read" ? 0 : 400); // one word for all that came at once
}

/** Tell how far one has come; what could not be told is told when the connection is there again. */
async function tellMarks() {
  telling = 0;
  const socket = await following;
  if (!socket?.connected()) return;
  for (const [name, all] of Object.entries(marks))
    for (const [conversation_id, seq] of [...all]) {
      all.delete(conversation_id);
      socket.emit(name, { conversation_id, seq }).catch((error) => error.status || come(name, conversation_id, seq));
    }
}

/** Send an event for which no answer is awaited; without a connection it is not sent. */
export const say = (name, data) => following?.then((one) => one.connected() && one.emit(name, data).catch(() => {}));

/** Mark a conversation as read up to a message, here at once and for everybody. */
export function read(id, { seq, ordinal }) {
  const state = talks.get(id)?.get();
  if (!state?.messages || state.of.me.read_seq >= seq) return;
  update(id, (now) => ({ ...now, of: { ...now.of, me: { ...now.of.me, read_seq: seq } } }));
  change(id, (one) => marked(one, { read_seq: seq, read_ordinal: ordinal }));
  come("read", id, seq);
}

function volatile(name, { conversation_id, user_id, typing, expires_in }) {
  if (name !== "typing") return;
  still(conversation_id, user_id);
  if (!typing || user_id === me()?.id) return;
  meet(user_id);
  const timer = setTimeout(() => still(conversation_id, user_id), expires_in * 1000);
  typists.set((all) => ({ ...all, [conversation_id]: { ...all[conversation_id], [user_id]: timer } }));
}

function still(conversation_id, user_id) {
  const { [user_id]: timer, ...others } = typists.get()[conversation_id] ?? {};
  if (!timer) return;
  clearTimeout(timer);
  typists.set((all) => ({ ...all, [conversation_id]: others }));
}

function changed(now) {
  if (now) fresh = null;
  connected.set(now);
  if (now) tellMarks();
}

let whose = null;

function begin() {
  const id = me()?.id ?? null;
  if (id === whose) return;
  whose = id;
  following?.then((one) => one.close());
  following = null;
  fresh = null;
  talks.clear();
  for (const all of Object.values(marks)) all.clear();
  keep(null);
  connected.set(false);
  if (id) following = follow("/chat", { load, apply, volatile, changed });
}

/** Follow one's conversations while one is signed in. */
export function start() {
  if (!has("chat")) return;
  session.follow(begin);
  begin();
}
