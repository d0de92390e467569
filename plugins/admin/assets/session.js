// Who is signed in in this tab. Tokens live in memory and in sessionStorage: they survive a reload and
// end with the tab. Not in a cookie (nothing is sent by itself, so no other site can act as an
// operator) and not in localStorage (a console left open on a shared computer ends with its window).
//
// A refresh token works once; the same Idempotency-Key asks for a lost answer again, and makes a
// duplicated tab, which has the same secret and turn, get the same tokens.

import { random } from "./random.js";

const PLACE = "stoa.admin.session";
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

export const current = () => session;
export const onChange = (listener) => listeners.add(listener);

/** Begin a session from a sign-in's answer. */
export const begin = ({ user, access_token, refresh_token }) =>
  set({ user: { id: user.id, name: user.name }, access_token, refresh_token, secret: random(), turn: 0 });

/** Change the session of this tab, or end it (null). */
export function set(next) {
  keep(next);
  for (const listener of listeners) listener(session);
}

/** Spend the refresh token for new tokens, once however many ask; a session that is over is forgotten. */
export function refresh(stale) {
  refreshing ??= spend(stale).finally(() => (refreshing = null));
  return refreshing;
}

async function spend(stale) {
  if (!session || session.access_token !== stale) return; // somebody was first
  const answer = await ask().catch(ask);
  if (answer.status === 401) return set(null);
  if (!answer.ok) return; // the call that asked is refused, and tells
  const { access_token, refresh_token } = await answer.json();
  keep({ ...session, access_token, refresh_token, turn: session.turn + 1 });
}

const ask = () =>
  fetch("/v1/auth/refresh", {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": `${session.secret}.${session.turn}` },
    body: JSON.stringify({ refresh_token: session.refresh_token }),
  });
