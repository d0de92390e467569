// Who is signed in here. Tokens live in memory and in sessionStorage: for this tab, until it closes.
//
// A refresh token works once, and one that comes twice ends its session, unless it comes under
// the same Idempotency-Key. A lost answer is asked for again under its key. A duplicated tab
// (the browser copies sessionStorage) hears what the other got; when both refresh at one
// moment they send the same key, made of a secret of the sign-in and a count, and get the same.

import { random } from "./random.js";

const PLACE = "stoa.session";
const others = new BroadcastChannel(PLACE);
const listeners = new Set();
let session = read();
let refreshing = null;

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE));
  } catch {
    return null;
  }
}

function keep(next) {
  session = next;
  if (next) sessionStorage.setItem(PLACE, JSON.stringify(next));
  else sessionStorage.removeItem(PLACE);
}

function tell() {
  for (const listener of listeners) listener(session);
}

others.onmessage = ({ data }) => {
  if (!session || session.session_id !== data.session_id) return;
  keep(data.access_token ? { ...session, ...data } : null);
  if (!session) tell();
};

export const current = () => session;
export const onChange = (listener) => listeners.add(listener);

/** Begin a session from a sign-in's answer. */
export const begin = ({ user, access_token, refresh_token, session_id }) =>
  set({ user, access_token, refresh_token, session_id, secret: random(), turn: 0 });

/** Change the session of this tab (a profile read anew) or end it (null). */
export function set(next) {
  const ended = session;
  keep(next);
  if (!next && ended) others.postMessage({ session_id: ended.session_id });
  tell();
}

/** Spend the refresh token for new tokens; a session that has ended is forgotten. */
export function refresh(stale) {
  if (!session) return Promise.resolve();
  refreshing ??= alone(() => spend(stale)).finally(() => (refreshing = null));
  return refreshing;
}

const alone = (work) => (navigator.locks ? navigator.locks.request(`${PLACE}.${session.session_id}`, work) : work());

async function spend(stale) {
  if (!session || session.access_token !== stale) return; // another tab was first, or signed out
  const { turn } = session;
  const answer = await ask().catch(ask);
  if (answer.status === 401) return set(null);
  if (!answer.ok) return; // the call that asked will be refused, and tell
  const { access_token, refresh_token, session_id } = await answer.json();
  const got = { access_token, refresh_token, session_id, turn: turn + 1 };
  keep({ ...session, ...got });
  others.postMessage(got);
}

const ask = () =>
  fetch("/v1/auth/refresh", {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": `${session.secret}.${session.turn}` },
    body: JSON.stringify({ refresh_token: session.refresh_token }),
  });
