// The public API, and nothing else: JSON in and out, problems (RFC 9457) as exceptions.

import { current, refresh } from "./session.js";

/** What the API refused: `title`, `detail`, and `errors` with the place of each. */
export class Problem extends Error {
  constructor(body, status) {
    super(body.detail || body.title || `The server answered ${status}.`);
    this.status = status;
    this.kind = (body.type || "").split("/").pop();
    this.title = body.title || "That did not work";
    this.detail = body.detail || "";
    this.errors = body.errors || [];
    this.body = body;
  }
}

const AWAY = { title: "The server cannot be reached", detail: "Check the connection and try again." };

/** Call the API; returns the parsed answer, null for an empty one; throws Problem. */
export async function call(method, path, { query, body, key } = {}) {
  const url = query ? `${path}?${new URLSearchParams(query)}` : path;
  const headers = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (key) headers["idempotency-key"] = key;
  const send = () => fetch(url, { method, headers: signed(headers), body: body && JSON.stringify(body) });
  return parsed(await again(send));
}

/** Upload a file; `onProgress` gets the share sent, 0 to 1; `abort` of the returned promise stops it. */
export function upload(file, onProgress) {
  let request;
  const send = () =>
    new Promise((resolve, reject) => {
      request = new XMLHttpRequest();
      request.open("POST", "/v1/media");
      for (const [name, value] of Object.entries(signed({}))) request.setRequestHeader(name, value);
      request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
      request.onload = () => resolve(new Response(request.response, { status: request.status }));
      request.onerror = () => reject(new Problem(AWAY, 0));
      request.onabort = () => reject(new DOMException("stopped", "AbortError"));
      const form = new FormData();
      form.append("file", file);
      request.send(form);
    });
  return Object.assign(again(send).then(parsed), { abort: () => request?.abort() });
}

const signed = (headers) => (current() ? { ...headers, authorization: `Bearer ${current().access_token}` } : headers);

async function again(send) {
  const used = current()?.access_token;
  const answer = await send().catch(away);
  if (answer.status !== 401 || !used) return answer;
  await refresh(used).catch(away);
  return send().catch(away); // with the new token, or as nobody
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
