// Who is signed in here. Tokens live in memory and in sessionStorage: for this tab, until it closes.
//
// A refresh token works once, and one that comes twice ends its session. So a tab refreshes
// at most once at a time, a retry repeats its Idempotency-Key, and a duplicated tab (the
// browser copies sessionStorage) waits its turn and takes what the first one got.

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

/** Begin, change (a profile read anew) or end (null) the session of this tab. */
export function set(next) {
  const ended = session;
  keep(next);
  if (!next && ended) others.postMessage({ session_id: ended.session_id });
  tell();
}

/** Spend the refresh token. Returns whether there is a session still. */
export function refresh(stale) {
  refreshing ??= alone(() => spend(stale)).finally(() => (refreshing = null));
  return refreshing;
}

const alone = (work) => (navigator.locks ? navigator.locks.request(`${PLACE}.${session.session_id}`, work) : work());

async function spend(stale) {
  session = read() ?? session;
  if (!session || session.access_token !== stale) return Boolean(session); // another tab was first
  const key = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
  const answer = await ask(key).catch(() => ask(key)); // a lost answer is asked for again, under its key
  if (answer.status === 401) {
    set(null);
    return false;
  }
  if (!answer.ok) return true;
  const { access_token, refresh_token, session_id } = await answer.json();
  keep({ ...session, access_token, refresh_token, session_id });
  others.postMessage({ access_token, refresh_token, session_id });
  return true;
}

const ask = (key) =>
  fetch("/v1/auth/refresh", {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify({ refresh_token: session.refresh_token }),
  });
