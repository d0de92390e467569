// Who is signed in: one session for all tabs, kept until one signs out, as people expect of an installed application.
//
// Tokens are in localStorage, never in an address. A refresh token works once, so tabs take turns (Web Locks) and look
// first whether another has been. Where there are no locks (plain http on a LAN), or an answer was lost, they ask under
// the same Idempotency-Key, made of a secret of the sign-in and a count, and are given the same.

import { random } from "./random.js";
import { store } from "./store.js";

const PLACE = "stoa.session";
const EARLY = 60_000; // milliseconds before its end that a token is renewed
let refreshing = null;

function kept() {
  try {
    return JSON.parse(localStorage.getItem(PLACE));
  } catch {
    return null;
  }
}

/** The session of this browser, or null: `user`, `access_token`, `ends_at` … */
export const session = store(kept());
export const current = () => session.get();
export const me = () => current()?.user ?? null;

addEventListener("storage", ({ key }) => (key === PLACE || key === null) && session.set(kept()));

function keep(next) {
  if (next) localStorage.setItem(PLACE, JSON.stringify(next));
  else localStorage.removeItem(PLACE);
  session.set(next);
}

const ends = (answer) => Date.now() + answer.expires_in * 1000;

/** Begin a session from a sign-in's answer. */
export const begin = ({ user, access_token, refresh_token, session_id, expires_in }) =>
  keep({ user, access_token, refresh_token, session_id, ends_at: ends({ expires_in }), secret: random(), turn: 0 });

/** Put a profile that was read anew into the session. */
export const know = (user) => current() && keep({ ...current(), user });

const farewells = [];
/** Have something done when somebody signs out; not when their session merely runs out. */
export const whenLeft = (work) => farewells.push(work);

/** Sign out here and in every tab: forget the session, and what waits of it. */
export function end() {
  keep(null);
  return Promise.all(farewells.map((work) => work()));
}

/** Return an access token that has not ended; null for nobody. */
export async function token() {
  const now = current();
  if (now && now.ends_at - EARLY < Date.now()) await refresh(now.access_token).catch(() => {}); // the call will tell
  return current()?.access_token ?? null;
}

/** Spend the refresh token in place of `stale`; a session that has ended is forgotten. Throws without a network. */
export function refresh(stale) {
  refreshing ??= alone(() => spend(stale)).finally(() => (refreshing = null));
  return refreshing;
}

const alone = (work) => (navigator.locks ? navigator.locks.request(PLACE, work) : work());

async function spend(stale) {
  const now = kept(); // another tab may have been first, or signed out
  if (!now || now.access_token !== stale) return session.set(now);
  const answer = await ask(now).catch(() => ask(now));
  if (answer.status === 401) return kept()?.refresh_token === now.refresh_token ? keep(null) : undefined;
  if (!answer.ok) return undefined;
  const { access_token, refresh_token, session_id, expires_in } = await answer.json();
  if (!kept()) return undefined;
  return keep({ ...kept(), access_token, refresh_token, session_id, ends_at: ends({ expires_in }), turn: now.turn + 1 });
}

const ask = ({ secret, turn, refresh_token }) =>
  fetch("/v1/auth/refresh", {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": `${secret}.${turn}` },
    body: JSON.stringify({ refresh_token }),
  });
