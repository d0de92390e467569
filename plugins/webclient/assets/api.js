// The public API, and nothing else: JSON in and out, problems (RFC 9457) as exceptions.
//
// Every POST carries an Idempotency-Key. It stays with the request until an answer comes, so what is pressed again
// after a lost answer is done once; then the same request is a new one.

import { random } from "./random.js";
import { current, refresh, token } from "./session.js";
import { t } from "./strings.js";

/** What the API refused: `title`, `detail`, and `errors` with the place of each. */
export class Problem extends Error {
  constructor(body, status) {
    super(body.detail || body.title || t("The server answered {status}.", { status }));
    this.status = status;
    this.kind = (body.type || "").split("/").pop();
    this.title = body.title || t("That did not work");
    this.detail = body.detail || "";
    this.errors = body.errors || [];
    this.body = body;
  }
}

const away = () => new Problem({ type: "away", title: t("The server cannot be reached"), detail: t("Check the connection and try again.") }, 0);
const waiting = new Map(); // requests without an answer so far, and their keys

/** Call the API; returns the parsed answer (its `etag` beside it), null for an empty one; throws Problem. */
export async function call(method, path, { query, body, etag } = {}) {
  const url = [path, query && asked(query).toString()].filter(Boolean).join("?");
  const headers = { accept: "application/json" };
  const text = body === undefined ? undefined : JSON.stringify(body);
  const request = `${method} ${url} ${text}`;
  if (text !== undefined) headers["content-type"] = "application/json";
  if (etag) headers["if-match"] = etag;
  if (method === "POST") {
    if (!waiting.has(request)) waiting.set(request, random());
    headers["idempotency-key"] = waiting.get(request);
  }
  const send = async () => fetch(url, { method, headers: await signed(headers), body: text });
  const answer = await again(send);
  const undecided = answer.status >= 500 || answer.headers.has("retry-after"); // also: the first one is still running
  if (!undecided) waiting.delete(request);
  return parsed(answer);
}

export const get = (path, query) => call("GET", path, { query });
export const post = (path, body) => call("POST", path, { body });
export const patch = (path, body, etag) => call("PATCH", path, { body, etag });
export const put = (path, body, etag) => call("PUT", path, { body, etag });
export const remove = (path, query) => call("DELETE", path, { query });

/** Leave out what is empty; repeat what is a list. */
function asked(query) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return new URLSearchParams(given.flatMap(([key, value]) => [value].flat().map((one) => [key, one])));
}

/** Fetch a file and hand it to the person under the name the server gave it. */
export async function download(path) {
  const answer = await again(async () => fetch(path, { headers: await signed({}) }));
  if (!answer.ok) return parsed(answer);
  const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "";
  const url = URL.createObjectURL(await answer.blob());
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), PATIENCE); // the browser reads it after this
  return null;
}

/** Upload a file; `onProgress` gets the share sent, 0 to 1; `abort` of the returned promise stops it. */
export function upload(file, { onProgress = () => {}, visibility = "public" } = {}) {
  let request;
  const send = async () => {
    const headers = await signed({});
    return new Promise((resolve, reject) => {
      request = new XMLHttpRequest();
      request.open("POST", "/v1/media");
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
      request.onload = () => resolve(new Response(request.response, { status: request.status }));
      request.onerror = () => reject(away());
      request.onabort = () => reject(new DOMException("stopped", "AbortError"));
      const form = new FormData();
      form.append("visibility", visibility);
      form.append("file", file);
      request.send(form);
    });
  };
  return Object.assign(again(send).then(parsed), { abort: () => request?.abort() });
}

const PATIENCE = 60_000; // milliseconds a file may take to be processed

/** Wait until an uploaded medium can be shown; throws what is wrong with it. */
export async function processed(medium) {
  const end = Date.now() + PATIENCE;
  for (let pause = 150; medium.status === "processing"; pause = Math.min(pause * 1.5, 2000)) {
    if (Date.now() > end) throw new Problem({ title: t("This takes too long: try again later.") }, 0);
    await new Promise((done) => setTimeout(done, pause));
    medium = await get(`/v1/media/${medium.id}`);
  }
  if (medium.status === "failed") throw new Problem({ title: medium.reason || t("This file cannot be used.") }, 0);
  return medium;
}

async function signed(headers) {
  const mine = await token();
  return mine ? { ...headers, authorization: `Bearer ${mine}` } : headers;
}

async function again(send) {
  const used = current()?.access_token;
  const answer = await send().catch(unreached);
  if (answer.status !== 401 || !used) return answer;
  await refresh(used).catch(unreached);
  return send().catch(unreached); // with the new token, or as nobody
}

function unreached(error) {
  throw error instanceof TypeError ? away() : error;
}

async function parsed(answer) {
  const text = await answer.text();
  let body = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch {
    body = { title: t("The server's answer cannot be read") };
  }
  if (!answer.ok) throw new Problem(body ?? {}, answer.status);
  if (body && answer.headers.has("etag")) Object.defineProperty(body, "etag", { value: answer.headers.get("etag") });
  return body;
}
