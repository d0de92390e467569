// Who is there: of the people on the screen, live; and that one uses this device oneself.

import { useEffect } from "./preact-htm.js";
import { has } from "./config.js";
import { ago } from "./format.js";
import { me, session } from "./session.js";
import { follow } from "./sockets.js";
import { store, useStore } from "./store.js";
import { t } from "./strings.js";

const MOST = 500; // people of one call
const EACH = 60_000; // milliseconds between two words that the device is used

/** What is seen of people by id: `{ status, text, last_seen_at }`. */
export const presence = store({});
/** What one chose to show oneself, or null. */
export const own = store(null);

const watched = new Map(); // how many views show each
let following = null;
let whose = null;
let told = 0;

const take = ({ items }) => presence.set((all) => ({ ...all, ...Object.fromEntries(items.map((one) => [one.user_id, one])) }));

async function subscribe(user_ids) {
  const socket = await following;
  if (!socket?.connected() || !user_ids.length) return;
  for (let at = 0; at < user_ids.length; at += MOST) await socket.emit("subscribe", { user_ids: user_ids.slice(at, at + MOST) }).then(take, () => {}); // shown without
}

/** Follow people's presence while a view shows them. */
export function usePresence(ids) {
  const key = ids.filter(Boolean).sort().join(" ");
  const all = useStore(presence);
  useEffect(() => {
    const mine = key ? key.split(" ") : [];
    const fresh = mine.filter((id) => !watched.has(id));
    for (const id of mine) watched.set(id, (watched.get(id) ?? 0) + 1);
    subscribe(fresh);
    return () => {
      for (const id of mine) watched.set(id, watched.get(id) - 1);
    };
  }, [key]);
  return all;
}

/** Return presence in words; "" for who shows none. */
export function wordsOf(one) {
  if (!one) return "";
  if (one.text) return one.text;
  if (one.status === "offline") return one.last_seen_at ? t("Seen {ago}", { ago: ago(one.last_seen_at) }) : "";
  return { online: t("Online"), away: t("Away"), dnd: t("Do not disturb") }[one.status] ?? "";
}

function changed(now) {
  if (!now) return presence.set({});
  for (const [id, count] of [...watched]) if (!count) watched.delete(id);
  told = 0;
  active();
  return subscribe([...watched.keys()]);
}

async function active() {
  const idle = document.visibilityState === "hidden";
  if (!idle && Date.now() - told < EACH) return;
  told = idle ? 0 : Date.now();
  const socket = await following;
  if (socket?.connected()) socket.emit("activity", { idle }).catch(() => {}); // the next one tells
}

function volatile(name, data) {
  if (name === "presence:changed") take(data);
  if (name === "presence:own") own.set(data);
}

function begin() {
  const id = me()?.id ?? null;
  if (id === whose) return;
  whose = id;
  following?.then((one) => one.close());
  presence.set({});
  own.set(null);
  const load = async (room, { epoch, seq }) => ({ epoch: epoch ?? "0", seq: seq ?? 0 });
  following = id && follow("/presence", { load, apply: () => {}, volatile, changed });
}

/** Follow and tell presence while one is signed in. */
export function startPresence() {
  if (!has("presence")) return;
  session.follow(begin);
  for (const name of ["visibilitychange", "pointerdown", "keydown"]) document.addEventListener(name, active, { passive: true });
  begin();
}
