// The documents of a step: uploaded privately as one chooses them, each with what it is at; kept ones can be looked at.

import { html, useEffect, useState } from "./preact-htm.js";
import { Problem, processed, upload } from "./api.js";
import { date } from "./format.js";
import { random } from "./random.js";
import { named, t } from "./strings.js";
import { Field, Icon, words } from "./ui.js";

const MOST = 10; // of a step

/** A document that was handed over, as a link while there is a file. */
export const shown = ({ type, file, expires_on }) => html`
  <div><${Icon} name="file" /> ${file?.url ? html`<a href=${file.url} target="_blank" rel="noopener">${named(type)}</a>` : named(type)}
  ${!file && html`<small>${t("The file is gone.")}</small>`}${expires_on && html`<small>${t("Until {date}.", { date: date(expires_on, "UTC") })}</small>`}</div>`;

/** Return a step's documents as the API takes them, once all are there; refuses while one cannot be used. */
export async function sent(all, form, step) {
  const settled = await Promise.allSettled(all.map((one) => one.ready));
  const detail = t("A document cannot be used: remove it, or choose another.");
  if (settled.some((one) => one.status === "rejected")) throw new Problem({ title: detail, errors: [{ pointer: `/steps/${step.name}/documents`, detail }] }, 0);
  const ends = (type) => form.elements[`${step.name}/${type}/expires_on`].value || null;
  return all.map((one, index) => ({ type: one.type, media_id: settled[index].value.id, expires_on: ends(one.type) }));
}

/** Fields for what a step `of` asks for; `held` is given the documents there are, whenever they change. */
export function Documents({ of, was, held }) {
  const [all, change] = useState(() => was.map((kept) => ({ key: kept.media_id, type: kept.type, kept, ready: Promise.resolve({ id: kept.media_id }) })));
  held(all);
  const moved = (key) => (share) => change((now) => now.map((one) => (one.key === key ? { ...one, share } : one)));
  const add = (type) => ({ target }) => {
    const added = [...target.files].slice(0, MOST - all.length).map((file) => {
      const key = random();
      const sending = upload(file, { visibility: "private", onProgress: moved(key) });
      return { key, type, file, share: 0, abort: sending.abort, ready: sending.then(processed) };
    });
    change((now) => [...now, ...added]);
    target.value = "";
  };
  const drop = (gone) => {
    gone.abort?.();
    change((now) => now.filter((one) => one.key !== gone.key));
    document.querySelector(`[data-type="${gone.type}"]`)?.focus();
  };
  return html`${of.documents.map((type) => {
    const mine = all.filter((one) => one.type === type);
    return html`
      <${Field} key=${type} label=${named(type)} name=${type} pointer="/steps/${of.name}/documents" hint=${t("A photograph or a PDF; each side if it has two.")}>${(control) => html`<input ...${control} name=${null} data-type=${type} type="file" accept="image/*,application/pdf" multiple onChange=${add(type)} />`}</${Field}>
      ${mine.length > 0 && html`<ul class="rows documents" aria-label=${named(type)}>${mine.map((one) => html`<${Document} key=${one.key} of=${one} drop=${() => drop(one)} />`)}</ul>`}
      <${Field} label=${t("Its last day")} name="${of.name}/${type}/expires_on" type="date" optional hint=${t("Empty: it does not end.")} defaultValue=${mine.at(-1)?.kept?.expires_on} />`;
  })}`;
}

function Document({ of, drop }) {
  const [state, set] = useState({ there: Boolean(of.kept) });
  useEffect(() => {
    let mounted = true;
    of.ready.then(() => mounted && set({ there: true }), (problem) => mounted && problem.name !== "AbortError" && set({ problem }));
    return () => (mounted = false);
  }, []);
  const name = of.file?.name ?? named(of.type);
  const now = state.there ? t("Uploaded") : of.share < 1 ? `${Math.round(of.share * 100)} %` : t("Being checked…");
  return html`
    <li data-ready=${state.there ? "" : null}>
      ${of.kept ? shown(of.kept) : html`<div><${Icon} name="file" /> ${name}<small class=${state.problem ? "fault" : ""} role=${state.problem ? "alert" : null}>${state.problem ? words(state.problem) : now}</small>
        ${!state.there && !state.problem && html`<progress max="1" value=${of.share} aria-label=${t("Upload of {name}", { name })}></progress>`}</div>`}
      <button type="button" class="quiet" aria-label=${t("Remove {name}", { name })} onClick=${drop}>${t("Remove")}</button>
    </li>`;
}
