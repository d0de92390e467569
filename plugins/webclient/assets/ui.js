// What views are made of: forms whose faults stand beside their fields, things that load, dialogs, pictures.

import { createContext, html, useContext, useEffect, useRef, useState } from "./preact-htm.js";
import { Problem } from "./api.js";
import { has } from "./config.js";
import { random } from "./random.js";
import { store, useStore } from "./store.js";
import { t } from "./strings.js";

/** Return a problem's words, and write what is no problem to the console: it is a fault of ours. */
export function words(error) {
  if (!(error instanceof Problem)) console.error(error);
  const wait = error.status === 429 && error.body?.retry_after;
  const head = [error.title ?? t("That did not work"), error.detail !== error.title && error.detail, wait && t("Try again in {wait} seconds.", { wait })];
  return head.filter(Boolean).map((text) => text.replace(/([^.!?])$/, "$1.")).join(" ");
}

const PLANNED = new Set(["limit-reached", "feature-missing"]);

/** Return the way on from a refusal that another plan, or who is verified, would not meet. */
function plans(error) {
  if (error?.kind === "verification-required" && has("verification")) return html` <a href="/app/verification">${t("Verify")}</a>`;
  if (!PLANNED.has(error?.kind) || !has("subscriptions")) return null;
  const way = error.body.upgrade ? `/app/plans?wanted=${encodeURIComponent(error.body.upgrade)}` : "/app/plans";
  return html` <a href=${way}>${t("Compare the plans")}</a>`;
}

/** Load what a view shows: `{ data, problem, reload, set }`; an answer that comes after a newer question is dropped. */
export function useLoad(load, inputs) {
  const [state, set] = useState({});
  const round = useRef(0);
  const reload = async () => {
    const mine = ++round.current;
    try {
      const data = await load();
      if (mine === round.current) set({ data });
    } catch (problem) {
      if (mine === round.current) set((before) => ({ ...before, problem }));
    }
  };
  useEffect(() => {
    reload();
    return () => (round.current += 1);
  }, inputs);
  return { ...state, reload, set: (data) => set({ data }) };
}

/** Show what was loaded, that it is still coming, or why it cannot be shown. */
export function Loaded({ of, children, blank }) {
  if (of.data !== undefined) return children(of.data);
  if (!of.problem) return blank ?? html`<div class="waiting" role="status"><span class="unseen">${t("Loading…")}</span></div>`;
  return html`
    <div class="empty" role="alert">
      <p>${words(of.problem)}</p>
      ${of.problem.status !== 404 && html`<p><button type="button" class="quiet" onClick=${of.reload}>${t("Try again")}</button></p>`}
    </div>`;
}

/** A list that is asked for page by page. */
export function Pages({ load, inputs = [], item, none, listClass = "rows", label }) {
  const first = useLoad(() => load({}), inputs);
  const [more, setMore] = useState({ items: [], next: undefined });
  useEffect(() => setMore({ items: [], next: undefined }), [first.data]);
  const next = more.next === undefined ? first.data?.next : more.next;
  const ask = async () => {
    const page = await load({ cursor: next });
    setMore((before) => ({ items: [...before.items, ...page.items], next: page.next }));
  };
  return html`<${Loaded} of=${first}>${({ items }) => {
    const all = [...items, ...more.items];
    if (!all.length) return html`<div class="empty">${none}</div>`;
    return html`<ul class=${listClass} aria-label=${label}>${all.map((one) => item(one, first.reload))}</ul>
      ${next && html`<p class="more"><${Act} class="quiet" work=${ask}>${t("Show more")}</${Act}></p>`}`;
  }}</${Loaded}>`;
}

const Faults = createContext(null);

/** Return what a form holds by name; what is empty is left out. */
export const values = (form) => Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));

/** A form: what it is sent with is refused beside the fields, and the rest at its head. `send(values, form)`. */
export function Form({ send, submit, busy: doing, children, quiet, ...rest }) {
  const [refused, refuse] = useState(null);
  const [busy, setBusy] = useState(false);
  const form = useRef(null);
  const submitted = async (event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    refuse(null);
    try {
      await send(values(form.current), form.current);
    } catch (error) {
      if (error.name !== "AbortError") refuse(placed(error, form.current));
    } finally {
      setBusy(false);
    }
  };
  useEffect(() => {
    const first = refused && form.current.querySelector('[aria-invalid="true"], [role="alert"]:not(:empty)');
    first?.scrollIntoView({ block: "center" });
    if (first?.matches("input, select, textarea")) first.focus();
  }, [refused]);
  return html`
    <form ref=${form} novalidate onSubmit=${submitted} ...${rest}>
      <p class="fault" role="alert">${refused?.head}${refused?.plans}</p>
      <${Faults.Provider} value=${refused}>${children}</${Faults.Provider}>
      <p class="actions"><button aria-busy=${busy}>${busy ? doing ?? t("One moment…") : submit}</button>${quiet}</p>
    </form>`;
}

/** Give each fault to the field of its JSON Pointer, or of the nearest value around it; the rest is the head's. */
function placed(error, form) {
  const at = new Map();
  const rest = [];
  for (const one of error.errors ?? []) {
    const field = fieldOf(form, one.pointer ?? `/${one.parameter ?? ""}`);
    if (field) at.set(field, one.detail);
    else rest.push(one.detail);
  }
  const head = at.size && !rest.length ? "" : [words(error), ...rest].join(" ");
  return { at, head, plans: plans(error) };
}

function fieldOf(form, pointer) {
  for (let path = pointer; path; path = path.slice(0, path.lastIndexOf("/")))
    if (form.querySelector(`[data-pointer="${CSS.escape(path)}"]`)) return path;
  return null;
}

/** A labelled control. `children` in place of an input: `({ id, ... }) => html…`. */
export function Field({ label, name, pointer = `/${name}`, hint, children, optional, ...input }) {
  const [id] = useState(() => `f-${name ?? "x"}-${random().slice(0, 6)}`);
  const fault = useContext(Faults)?.at.get(pointer);
  const described = [fault && `${id}-fault`, hint && `${id}-hint`].filter(Boolean).join(" ");
  const control = { id, name, "data-pointer": pointer, "aria-invalid": fault ? "true" : null, "aria-describedby": described || null, ...input };
  return html`
    <p class="field">
      <label for=${id}>${label}${optional && html` <span class="hint">${t("(optional)")}</span>`}</label>
      ${children ? children(control) : html`<input ...${control} />`}
      ${fault && html`<span class="fault" id="${id}-fault">${fault}</span>`}
      ${hint && html`<span class="hint" id="${id}-hint">${hint}</span>`}
    </p>`;
}

/** A select of `[value, text]`. */
export const Choice = ({ options, value, ...rest }) => html`
  <${Field} ...${rest}>${(control) => html`
    <select ...${control}>${options.map(([each, text]) => html`<option value=${each} selected=${each === value}>${text}</option>`)}</select>`}
  </${Field}>`;

/** A button whose work may take a while or be refused; it cannot be pressed twice meanwhile. */
export function Act({ work, children, ...rest }) {
  const [busy, setBusy] = useState(false);
  const [refused, refuse] = useState(null);
  const pressed = async () => {
    if (busy) return;
    setBusy(true);
    refuse(null);
    try {
      await work();
    } catch (error) {
      refuse([words(error), plans(error)]);
    } finally {
      setBusy(false);
    }
  };
  return html`<button type="button" aria-busy=${busy} onClick=${pressed} ...${rest}>${children}</button>${refused && html`<span class="fault" role="alert">${refused}</span>`}`;
}

/** A dialog, shown while it is rendered; Escape, the backdrop and `close` end it. */
export function Dialog({ title, close, children }) {
  const place = useRef(null);
  const [id] = useState(() => `d-${random().slice(0, 6)}`);
  useEffect(() => {
    const before = document.activeElement;
    place.current.showModal();
    place.current.querySelector("input, select, textarea, .actions button")?.focus(); // not the cross
    return () => before?.isConnected && before.focus();
  }, []);
  return html`
    <dialog ref=${place} aria-labelledby=${id} onClose=${close} onClick=${(event) => event.target === place.current && place.current.close()}>
      <div class="sheet">
        <header><h2 id=${id}>${title}</h2><button type="button" class="close" aria-label=${t("Close")} onClick=${() => place.current.close()}><${Icon} name="x" /></button></header>
        ${children}
      </div>
    </dialog>`;
}

const said = store("");
let ending = 0;

/** Tell in passing that something was done. */
export function tell(text) {
  clearTimeout(ending);
  said.set(text);
  ending = setTimeout(() => said.set(""), 6000);
}

export const Told = () => html`<p class="told" role="status" aria-live="polite">${useStore(said)}</p>`;

/** A photograph, or the first letter of what it would show. */
export function Picture({ url, alt = "", title = "?", class: name = "picture", ...rest }) {
  const [broken, setBroken] = useState(false);
  useEffect(() => setBroken(false), [url]);
  if (!url || broken) return html`<div class="${name} none" aria-hidden="true">${title.slice(0, 1).toUpperCase()}</div>`;
  return html`<img class=${name} src=${url} alt=${alt} loading="lazy" decoding="async" onError=${() => setBroken(true)} ...${rest} />`;
}

/** A person's picture and name, leading to their page. */
export const Person = ({ of, about }) => html`
  <a class="person" href="/app/people/${of.id}">
    <${Picture} url=${of.avatar_url} title=${of.name} class="avatar" width="40" height="40" />
    <span><strong>${of.name}</strong>${of.verified && html` <${Icon} name="check" label=${t("Verified")} />`}${about && html`<small>${about}</small>`}</span>
  </a>`;

export const Stars = ({ of }) => html`<span class="stars"><span aria-hidden="true">${"★".repeat(Math.round(of))}${"☆".repeat(5 - Math.round(of))}</span><span class="unseen">${t("{of} of 5 stars", { of })}</span></span>`;

const PATHS = {
  market: "M4 9.5 5.5 4h13L20 9.5M4 9.5V20h16V9.5M4 9.5a2.7 2.7 0 0 0 5.3 0 2.7 2.7 0 0 0 5.4 0 2.7 2.7 0 0 0 5.3 0M10 20v-5h4v5",
  bag: "M5 8h14l1 12H4zM9 8V6.5a3 3 0 0 1 6 0V8",
  chat: "M4 5h16v11H9.5L5 20v-4H4z",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l1.5 1.5h-15zM10 21h4",
  me: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20.5c1-4 4-5.5 7.500-5.500s6.500 1.500 7.500 5.500",
  plus: "M12 5v14M5 12h14",
  search: "M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13M15.500 15.500 20 20",
  calendar: "M4 6h16v14H4zM4 10.500h16M8 3.500V8M16 3.500V8",
  check: "M12 3l2.500 2 3.200.300.800 3.100 2 2.600-1.300 2.900.100 3.200-3 1.200-2 2.500-3.100-.800-3.100.800-2-2.500-3-1.200.100-3.200L1.900 11l2-2.600.800-3.100L7.900 5zM8.500 12l2.500 2.500 4.500-5",
  x: "M6 6l12 12M18 6 6 18",
  left: "M15 5l-7 7 7 7",
  home: "M4 11.500 12 4l8 7.500V20H4zM10 20v-5.500h4V20",
  flag: "M6 21V4h12l-3 4.500 3 4.500H6",
  send: "M4 12 20 4l-5 16-3.500-6.500zM11.500 13.500 20 4",
  clip: "M19.500 11.500l-7.800 7.800a4.800 4.800 0 0 1-6.800-6.800l8.300-8.300a3.200 3.200 0 0 1 4.500 4.500l-8 8a1.600 1.600 0 0 1-2.300-2.300l7.300-7.300",
  more: "M5 12h.010M12 12h.010M19 12h.010",
  mute: "M6 17V11a6 6 0 0 1 9.500-4.900M18 11v6l1.500 1.500H8M10 21h4M4 4l16 16",
  pin: "M9 4h6l-1 6 3 3.500H7L10 10zM12 13.500V20",
  group: "M9 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7M2.500 19.500c.800-3.500 3.500-5 6.500-5s5.700 1.500 6.500 5M16 5a3.300 3.300 0 0 1 0 6.400M17.500 14.800c2 .600 3.500 2 4 4.700",
  file: "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
  down: "M12 5v14M6 13l6 6 6-6",
  reply: "M10 6 4 12l6 6M4 12h9c4 0 7 2 7 6",
};

/** A sign drawn in lines; without a label it says nothing to who listens. */
export const Icon = ({ name, label }) => html`
  <svg class="icon" viewBox="0 0 24 24" role=${label ? "img" : null} aria-label=${label} aria-hidden=${label ? null : "true"}><path d=${PATHS[name]} /></svg>`;
