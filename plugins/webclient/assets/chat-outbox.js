// What one writes: shown at once, sent when the server can be reached, kept through reloads until it has answered.
//
// A message has its id before it is sent, so sending it again stores nothing twice. Those of one conversation go out one
// after the other, in the order they were written; tabs take turns (Web Locks) and look first whether another has been.

import { post, processed, upload } from "./api.js";
import { random, uuid7 } from "./random.js";
import { me, session, whenLeft } from "./session.js";
import { store } from "./store.js";
import { words } from "./ui.js";
import { connected, put } from "./chat-state.js";

const LONGEST_PAUSE = 30_000; // milliseconds between attempts
const PICTURE = /^(image|video)\//;
const MOST = 10; // pictures of an album

/** What waits, the oldest first: `{ id, conversation_id, text, files, failed? … }`. */
export const waiting = store([]);
/** The share of its files that was sent, by entry: 0 to 1. */
export const sending = store({});

// --- kept by the browser ---

const database = new Promise((done) => {
  const asked = indexedDB.open("stoa-outbox", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("entries", { keyPath: "id" });
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => done(null); // private windows: what waits lives as long as the page
});

async function stored(mode, ask) {
  const held = await database;
  if (!held) return undefined;
  return new Promise((done, fail) => {
    const asked = ask(held.transaction("entries", mode).objectStore("entries"));
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
}

const safe = new Set(); // what is known to be kept: without, its absence says nothing
const drop = (id) => stored("readwrite", (all) => all.delete(id));

async function save(entry) {
  await stored("readwrite", (all) => all.put(entry));
  if (await database) safe.add(entry.id);
}

/** Tell whether another tab has dealt with an entry: it was kept, and is no longer. */
const taken = async (id) => safe.has(id) && !(await stored("readonly", (all) => all.get(id)));

// --- writing ---

let last = 0;

const entry = (of) => ({ id: uuid7(), user_id: me().id, order: (last = Math.max(last + 1, Date.now())), at: new Date().toISOString(), text: "", files: [], mentions: [], ...of });
const attached = (file) => ({ blob: file, name: file.name, kind: file.type, key: random() });

/** Send a message to a conversation: pictures together, other files each by itself, the text with the first. */
export async function write({ conversation_id, text, files = [], ...more }) {
  const pictures = files.filter((one) => PICTURE.test(one.type));
  const groups = [];
  for (let at = 0; at < pictures.length; at += MOST) groups.push(pictures.slice(at, at + MOST));
  for (const one of files) if (!PICTURE.test(one.type)) groups.push([one]);
  const entries = (groups.length ? groups : [[]]).map((group, index) => entry({ conversation_id, ...(index ? {} : { text, ...more }), files: group.map(attached) }));
  waiting.set((all) => [...all, ...entries]);
  await Promise.all(entries.map(save)).catch(() => {}); // no room: it waits in this page alone
  drain(conversation_id);
}

/** Send again what was refused. */
export function retry(id) {
  const one = waiting.get().find((each) => each.id === id);
  change({ ...one, failed: null });
  drain(one.conversation_id);
}

/** Do not send it after all. */
export async function discard(id) {
  uploads.get(id)?.abort();
  await forget(id);
}

async function forget(id) {
  await drop(id).catch(() => {});
  waiting.set((all) => all.filter((one) => one.id !== id));
  sending.set(({ [id]: _, ...others }) => others);
}

function change(next) {
  if (next.user_id !== me()?.id) return undefined; // whoever signs out leaves nothing behind
  waiting.set((all) => all.map((one) => (one.id === next.id ? next : one)));
  return save(next).catch(() => {});
}

// --- sending ---

const busy = new Set();
const uploads = new Map();
const alone = (name, work) => (navigator.locks ? navigator.locks.request(name, work) : work());

/** Send what waits for a conversation. */
async function drain(conversation) {
  if (busy.has(conversation)) return;
  busy.add(conversation);
  let pause = 1000;
  try {
    for (let one; (one = next(conversation)); ) {
      const wait = await alone(`stoa.outbox.${conversation}`, () => attempt(one));
      if (wait === null) return; // nobody is signed in, or somebody else is
      if (wait === undefined) pause = 1000;
      else await later(wait || (pause = Math.min(pause * 2, LONGEST_PAUSE)));
    }
  } finally {
    busy.delete(conversation);
  }
}

const next = (conversation) => waiting.get().find((one) => one.conversation_id === conversation && !one.failed);

/** Wait, but no longer than until the server can be reached again. */
const later = (milliseconds) =>
  new Promise((done) => {
    const timer = setTimeout(() => end(), milliseconds);
    const ends = connected.follow((now) => now && end());
    addEventListener("online", end);
    function end() {
      clearTimeout(timer);
      ends();
      removeEventListener("online", end);
      done();
    }
  });

/** Send one; return nothing when it is done with, else how long to wait in milliseconds (0: as usual), null to stop. */
async function attempt(one) {
  if (one.user_id !== me()?.id) return null;
  if (await taken(one.id).catch(() => false)) return forget(one.id);
  try {
    const message = await deliver(one);
    put(message);
    await forget(one.id);
    return undefined;
  } catch (error) {
    if (one.user_id !== me()?.id) return null;
    if (error.name === "AbortError") return undefined;
    if (error.status === 0 || error.status === 401 || error.status >= 500) return 0;
    if (error.status === 429) return 1000 * (error.body.retry_after || 1);
    await change({ ...waiting.get().find((each) => each.id === one.id), failed: words(error) });
    return undefined;
  }
}

async function deliver(one) {
  const media = await sent(one);
  const { id, text, mentions, reply_to_id = null, payload = {} } = one;
  const body = { id, text, mentions, reply_to_id, payload, type: one.type ?? kind(text, media), media_ids: media.map((each) => each.id) };
  if (body.type === "document" && !text) body.text = one.files[0].name;
  still(one);
  return post(`/v1/conversations/${one.conversation_id}/messages`, body);
}

/** Stop where somebody else is signed in by now, or nobody: nothing goes out in another's name. */
function still(one) {
  if (one.user_id !== me()?.id) throw new DOMException("signed out", "AbortError");
}

/** Upload the files that were not yet; each is kept as sent, so a reload goes on from there. */
async function sent(one) {
  let now = one;
  for (const [index, file] of one.files.entries()) {
    if (file.medium) continue;
    still(one);
    const share = (part) => sending.set((all) => ({ ...all, [one.id]: (index + part) / one.files.length }));
    share(0);
    const task = upload(new File([file.blob], file.name, { type: file.kind }), { visibility: "private", onProgress: (part) => share(part * 0.95) });
    uploads.set(one.id, task);
    let medium = await task.finally(() => uploads.delete(one.id));
    medium = await processed(medium);
    if (!waiting.get().some((each) => each.id === one.id)) throw new DOMException("stopped", "AbortError");
    now = { ...now, files: now.files.with(index, { ...file, medium: { id: medium.id, type: medium.type } }) };
    await change(now);
  }
  return now.files.map((file) => file.medium);
}

const MARKED = /\*\*\S.*\S?\*\*|__\S.*\S?__|~~\S.*\S?~~|`[^`\n]+`|^(```|#{1,6} |> |\s{0,3}[-*] \S|\s{0,3}\d{1,3}\. \S)|\[[^\]\n]+\]\(https?:|(^|\s)[*_]\S[^*_\n]*[*_](?=\s|[.,!?]|$)/m;

/** Return the type of a message: of several media an album, of one what it is, else text with marks or without. */
export function kind(text, media) {
  if (media.length > 1) return "album";
  if (media.length === 1) return media[0].type;
  return MARKED.test(text) ? "markdown" : "text";
}

// --- begin ---

let whose = null;

async function begin() {
  const id = me()?.id ?? null;
  if (id === whose) return;
  whose = id;
  waiting.set([]);
  sending.set({});
  for (const task of uploads.values()) task.abort();
  if (!id) return;
  const all = (await stored("readonly", (kept) => kept.getAll()).catch(() => [])) ?? [];
  if (whose !== id) return;
  const mine = all.filter((one) => one.user_id === id && !waiting.get().some((other) => other.id === one.id));
  for (const one of mine) safe.add(one.id);
  waiting.set((now) => [...mine.sort((a, b) => a.order - b.order), ...now]);
  drainAll();
}

/** Leave nothing of what waits on a computer its writer signs out of. */
async function clear() {
  safe.clear();
  await stored("readwrite", (all) => all.clear());
}

function drainAll() {
  for (const conversation of new Set(waiting.get().map((one) => one.conversation_id))) drain(conversation);
}

/** Send what waits from before, and whatever waits when the server can be reached again. */
export function startOutbox() {
  session.follow(begin);
  whenLeft(clear);
  connected.follow((now) => now && drainAll());
  addEventListener("online", drainAll);
  begin();
}
