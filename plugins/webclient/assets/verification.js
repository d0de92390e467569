// Have verified who one is, where one lives, which building one runs: what was asked for, a request and its steps.

import { html, useEffect, useRef, useState } from "./preact-htm.js";
import { Problem, call, get, post, put } from "./api.js";
import { useBuildings } from "./buildings-state.js";
import { has } from "./config.js";
import { ago, date, when } from "./format.js";
import { Documents, sent, shown } from "./verification-documents.js";
import { go, useTitle } from "./router.js";
import { listen } from "./sockets.js";
import { named, t } from "./strings.js";
import { Act, Choice, Dialog, Field, Form, Loaded, Pages, tell, useLoad } from "./ui.js";

const kinds = async () => (await get("/v1/verifications/kinds")).items;

const Status = ({ of }) => html`<span class="status ${of.status.toLowerCase()}">${of.status === "PENDING" ? t("Under review") : named(of.status)}</span>`;

/** Say what a request is about, as far as its requester still sees it. */
function about(of, mine) {
  if (of.subject.startsWith("user:")) return t("Yourself");
  const place = mine?.find((one) => of.scope === `building:${one.id}` || of.subject === `building:${one.id}`);
  return [place?.name, place?.mine.unit_id && of.subject === `unit:${place.mine.unit_id}` && place.mine.unit].filter(Boolean).join(" · ");
}

export function Verifications({ user, query }) {
  const { mine } = useBuildings();
  const offered = useLoad(kinds, []);
  useTitle(t("Verification"));
  const titled = (of) => t(offered.data?.find((one) => one.name === of.kind)?.title ?? named(of.kind.split(".").pop()));
  return html`
    <section class="narrow">
      <h1 tabindex="-1">${t("Verification")}</h1>
      <p class="hint">${t("What you hand over is seen by its reviewers only.")}</p>
      <${Pages} load=${(page) => get("/v1/verifications", page)} none=${t("You have asked for nothing so far.")} label=${t("My requests")} item=${(one) => html`
        <li class="lead" key=${one.id}><div><a href="/app/verification/${one.id}">${titled(one)}</a><small>${[about(one, mine), ago(one.created_at)].filter(Boolean).join(" · ")}</small></div><${Status} of=${one} /></li>`} />
      <h2>${t("Have something verified")}</h2>
      <${Loaded} of=${offered}>${(all) => (mine === null ? html`<div class="waiting"></div>` : html`<${Ask} user=${user} choices=${choices(all, mine, query.get("building"))} />`)}</${Loaded}>
    </section>`;
}

/** Return `[{ kind, text, place, subject }]`: every kind for each of one's own it may be about, a building's first. */
function choices(all, mine, first) {
  const places = [...mine].sort((a, b) => (b.id === first) - (a.id === first));
  const found = {
    user: (kind) => [{ kind, text: t(kind.title) }],
    unit: (kind) => places.map((place) => ({ kind, place, text: `${t(kind.title)} · ${place.name}` })),
    building: (kind) => places.filter((one) => one.mine.admin).map((place) => ({ kind, text: `${t(kind.title)} · ${place.name}`, subject: `building:${place.id}` })),
  };
  const made = all.flatMap((kind) => found[kind.subject]?.(kind) ?? []);
  return first ? made.sort((a, b) => (b.place?.id === first) - (a.place?.id === first)) : made;
}

function Ask({ choices: all }) {
  const [at, setAt] = useState(0);
  const one = all[at];
  if (!one) return html`<p class="empty">${t("Nothing is verified here.")}</p>`;
  const send = async ({ unit }) => {
    const subject = one.place ? `unit:${await unitOf(one.place, unit ?? "")}` : one.subject;
    go(`/app/verification/${await asked(one.kind.name, subject)}`);
  };
  return html`
    <${Form} send=${send} submit=${t("Go on")} id="ask">
      <${Field} label=${t("What is it about?")} name="kind" pointer="/subject">${(control) => html`<select ...${control} onChange=${({ target }) => setAt(Number(target.value))}>${all.map((each, index) => html`<option value=${index} selected=${index === at}>${each.text}</option>`)}</select>`}</${Field}>
      ${one.place && html`<${Field} key=${one.place.id} label=${t("The number at your door")} name="unit" maxlength="20" autocomplete="off" defaultValue=${one.place.mine.unit ?? ""} />`}
    </${Form}>`;
}

/** Open a draft, or return the request there is already. */
async function asked(kind, subject) {
  try {
    return (await post("/v1/verifications", { kind, subject })).id;
  } catch (problem) {
    if (problem.kind === "verification-exists") return problem.body.verification_id;
    throw problem;
  }
}

/** Return the id of the unit with a number; whatever its case, as the building tells them apart. */
async function unitOf(place, number) {
  const wanted = number.trim().toLowerCase();
  for (let page = { next: undefined }; wanted && page.next !== null; ) {
    page = await get(`/v1/buildings/${place.id}/units`, { q: wanted, limit: 100, cursor: page.next });
    const found = page.items.find((one) => one.number.toLowerCase() === wanted);
    if (found) return found.id;
  }
  const detail = wanted ? t("{name} has no such unit: ask an admin of the building.", { name: place.name }) : t("Write the number.");
  throw new Problem({ title: detail, errors: [{ pointer: "/unit", detail }] }, 0);
}

export function Verification({ id }) {
  const { mine } = useBuildings();
  const all = useLoad(() => Promise.all([get(`/v1/verifications/${id}`), get(`/v1/verifications/${id}/history`, { limit: 100 }), kinds()]), [id]);
  const waits = all.data && !all.data[0].allowed.includes("submit"); // who fills it in is not disturbed
  useEffect(() => (waits && has("notifications") ? listen("/notifications", () => all.reload()) : undefined), [id, waits]); // a decision is told there
  const [of, , offered] = all.data ?? [];
  const kind = of && (offered.find((one) => one.name === of.kind) ?? { title: named(of.kind.split(".").pop()), steps: [] });
  useTitle(kind ? t(kind.title) : t("Verification"));
  return html`<section class="narrow" id="verification" data-status=${of?.status}><${Loaded} of=${all}>${([of, { items }]) => html`
    <h1 tabindex="-1">${t(kind.title)}</h1>
    <p><${Status} of=${of} /> <span class="hint">${[about(of, mine), stands(of)].filter(Boolean).join(" · ")}</span></p>
    ${of.reason && of.status === "REJECTED" && html`<div class="step" role="note"><h2>${t("What the reviewer said")}</h2><blockquote class="words">${of.reason}</blockquote></div>`}
    ${of.allowed.includes("submit") && kind.steps.length ? html`<${Sheet} key=${of.version} of=${of} kind=${kind} done=${all.reload} />` : html`<${Handed} of=${of} kind=${kind} />`}
    <${Withdraw} of=${of} done=${all.reload} />
    ${items.length > 0 && html`<h2>${t("So far")}</h2>
      <ol class="history">${items.map((one) => html`<li key=${one.at}><strong>${one.to === "PENDING" ? t("Handed in") : named(one.to)}</strong> <small>${when(one.at)}</small>${one.reason && html`<p class="words">${one.reason}</p>`}</li>`)}</ol>`}`}</${Loaded}></section>`;
}

/** Return what comes next, or until when it holds. */
function stands(of) {
  if (of.status === "DRAFT") return t("Not handed in yet.");
  if (of.status === "PENDING") return t("A reviewer will answer.");
  if (of.status === "REJECTED") return t("Mend it and hand it in again.");
  if (of.status === "EXPIRED") return t("A document has ended: hand over a new one.");
  return of.status === "APPROVED" && of.expires_at ? t("Until {date}.", { date: date(of.expires_at) }) : "";
}

function Withdraw({ of, done }) {
  const [asked, ask] = useState(false);
  if (!of.allowed.includes("withdraw")) return null;
  const send = async () => {
    await post(`/v1/verifications/${of.id}/withdraw`);
    ask(false);
    await done();
  };
  return html`
    <p class="actions"><button type="button" class="quiet" onClick=${() => ask(true)}>${t("Take it back")}</button></p>
    ${asked && html`<${Dialog} title=${t("Take it back")} close=${() => ask(false)}>
      <p>${of.status === "APPROVED" ? t("You are not verified any more then.") : t("To be verified you ask anew then.")}</p>
      <p class="actions"><${Act} work=${send}>${t("Yes, take it back")}</${Act}></p>
    </${Dialog}>`}`;
}

/** What was handed in, to be read. */
const Handed = ({ of, kind }) => html`${of.steps.map((step) => html`
  <div class="step" key=${step.name}>
    <h2>${t(kind.steps.find((one) => one.name === step.name)?.title ?? named(step.name))}</h2>
    <dl>${Object.entries(step.values).map(([name, value]) => html`<div><dt>${named(name)}</dt><dd>${value}</dd></div>`)}</dl>
    ${step.documents.length > 0 && html`<ul class="documents">${step.documents.map((one) => html`<li key=${one.media_id}>${shown(one)}</li>`)}</ul>`}
  </div>`)}`;

const KNOWN = {
  legal_name: { autocomplete: "name" }, date_of_birth: { type: "date", autocomplete: "bday" },
  business_name: { autocomplete: "organization" }, account_holder: { autocomplete: "name" },
};

/** All steps in one form: each is kept, then the request is handed in. */
function Sheet({ of, kind, done }) {
  const etag = useRef(of.etag);
  const held = useRef(Object.fromEntries(kind.steps.map((step) => [step.name, []]))); // the documents of each step
  const keep = async (form) => {
    for (const step of kind.steps) {
      const body = { values: texts(step, form), documents: await sent(held.current[step.name], form, step) };
      const path = `/v1/verifications/${of.id}/steps/${step.name}`;
      etag.current = (await put(path, body, etag.current).catch((problem) => Promise.reject(within(problem, step)))).etag;
    }
  };
  const draft = useRef(false); // the other button was pressed
  const send = async (_, form) => {
    const kept = draft.current;
    draft.current = false;
    await keep(form);
    if (!kept) await call("POST", `/v1/verifications/${of.id}/submit`, { etag: etag.current });
    tell(kept ? t("Kept.") : t("Handed in. A reviewer will answer."));
    await done();
  };
  return html`
    <div class="card-like"><${Form} id="steps" send=${send} submit=${of.submissions ? t("Hand it in again") : t("Hand it in")} quiet=${html`<button class="quiet" onClick=${() => (draft.current = true)}>${t("Keep it for later")}</button>`}>
      ${kind.steps.map((step) => html`<${Step} key=${step.name} of=${step} was=${of.steps.find((one) => one.name === step.name)} held=${(all) => (held.current[step.name] = all)} />`)}
    </${Form}></div>`;
}

/** Say of a step's problem where in the form it is. */
function within(problem, step) {
  problem.errors = (problem.errors ?? []).map((one) => ({ ...one, pointer: `/steps/${step.name}${one.pointer ?? ""}` }));
  return problem;
}

function texts(step, form) {
  const of = (name) => form.elements[`${step.name}/${name}`];
  const given = step.fields.map((name) => [name, of(name).value.trim()]).filter(([, value]) => value);
  if (step.agreement_version && of("accepted").checked) given.push(["accepted", step.agreement_version]);
  return Object.fromEntries(given);
}

function Step({ of, was, held }) {
  const at = `/steps/${of.name}/values`;
  return html`
    <fieldset class="step"><legend>${t(of.title)}</legend>
      ${of.fields.map((name) => html`<${Field} key=${name} label=${named(name)} name="${of.name}/${name}" pointer="${at}/${name}" maxlength="500" autocomplete="off" defaultValue=${was?.values[name]} ...${KNOWN[name]} />`)}
      ${of.agreement_version && html`<${Field} label=${t("I accept the agreement, version {version}", { version: of.agreement_version })} name="${of.name}/accepted" pointer="${at}/accepted" type="checkbox" defaultChecked=${was?.values.accepted === of.agreement_version} />`}
      ${of.documents.length > 0 && html`<${Documents} of=${of} was=${was?.documents ?? []} held=${held} />`}
    </fieldset>`;
}
