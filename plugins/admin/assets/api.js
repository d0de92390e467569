// The public API, as whoever signed in: JSON in and out, problems (RFC 9457) as exceptions.

import { current, refresh, set } from "./session.js";

/** What the API refused: `title`, `detail`, and `errors` with the place of each. */
export class Problem extends Error {
  constructor(body, status) {
    super(body.detail || body.title || `The server answered ${status}.`);
    this.status = status;
    this.kind = (body.type || "").split("/").pop();
    this.title = body.title || "That did not work";
    this.detail = body.detail || "";
    this.errors = body.errors || [];
    this.request = body.request_id || "";
  }
}

const AWAY = { title: "The server cannot be reached", detail: "Check the connection and try again." };
let prove = null;

/** Say how somebody proves again who they are: a promise of true when they did. */
export const onStepUp = (work) => (prove = work);

/** Call the API; returns the parsed answer, null for an empty one; throws Problem. */
export async function call(method, path, { query, body, key } = {}) {
  const url = addressed(path, query);
  const headers = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (key) headers["idempotency-key"] = key;
  const send = () =>
    fetch(url, { method, headers: signed(headers), body: body === undefined ? undefined : JSON.stringify(body) }).catch(away);
  try {
    return await parsed(await renewed(send));
  } catch (problem) {
    if (problem.kind !== "step-up-required" || !prove || !(await prove())) throw problem;
    return parsed(await renewed(send));
  }
}

/** Return a path with what is asked of it; the path may ask already. */
function addressed(path, query) {
  const [bare, always] = path.split("?");
  const asked = new URLSearchParams(always);
  for (const [name, value] of Object.entries(query ?? {})) if (value !== "" && value != null) asked.set(name, value);
  return asked.size ? `${bare}?${asked}` : bare;
}

/** Keep a file of the API: an address alone would not carry the token. */
export async function keep(path, query) {
  const url = addressed(path, query);
  const answer = await renewed(() => fetch(url, { headers: signed({ accept: "*/*" }) }).catch(away));
  if (!answer.ok) return parsed(answer);
  const named = /filename="?([^";]+)/.exec(answer.headers.get("content-disposition") ?? "");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = named?.[1] ?? url.split("?")[0].split("/").pop();
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const signed = (headers) => (current() ? { ...headers, authorization: `Bearer ${current().access_token}` } : headers);

/** Send; with a token that ran out, once more with a new one. Whoever is out after that signs in again. */
async function renewed(send) {
  const used = current()?.access_token;
  let answer = await send();
  if (!used || !(await isOut(answer))) return answer;
  await refresh(used).catch(away);
  if (current()) answer = await send();
  if (current() && (await isOut(answer))) set(null);
  return answer;
}

/** Say whether a call was refused for its token; a wrong password or code in it is another 401. */
async function isOut(answer) {
  if (answer.status !== 401) return false;
  const { type } = await answer.clone().json().catch(() => ({}));
  return /\/(unauthorized|credentials-refused)$/.test(type ?? "");
}

function away(error) {
  throw error instanceof TypeError ? new Problem(AWAY, 0) : error;
}

async function parsed(answer) {
  const text = await answer.text();
  let body = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch {
    body = { title: "The server's answer cannot be read" };
  }
  if (!answer.ok) throw new Problem(body ?? {}, answer.status);
  return body;
}
