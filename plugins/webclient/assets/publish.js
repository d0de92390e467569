// Offer something, or change what is offered: a form made from the category's attributes, and photographs that upload
// while one writes.

import { html, useEffect, useRef, useState } from "./preact-htm.js";
import { Problem, get, patch, post, processed, upload } from "./api.js";
import { useBuildings } from "./buildings-state.js";
import { CURRENCIES } from "./config.js";
import { minor, plain } from "./format.js";
import { random } from "./random.js";
import { go, useTitle } from "./router.js";
import { t } from "./strings.js";
import { Choice, Field, Form, Loaded, Picture, tell, useLoad, words } from "./ui.js";

const MOST = 12; // photographs

export function Publish() {
  const { mine, chosen } = useBuildings();
  useTitle(t("Sell something"));
  if (mine === null) return html`<div class="waiting"></div>`;
  return html`<section class="narrow card-like"><h1 tabindex="-1">${t("Sell something")}</h1><${Sheet} places=${mine} chosen=${chosen} /></section>`;
}

export function Edit({ id }) {
  const one = useLoad(() => get(`/v1/listings/${id}`), [id]);
  useTitle(t("Edit"));
  return html`<section class="narrow card-like"><h1 tabindex="-1">${t("Edit")}</h1><${Loaded} of=${one}>${(of) => html`<${Sheet} of=${of} />`}</${Loaded}></section>`;
}

const flat = (nodes, depth = 0) => nodes.flatMap((node) => [[node.id, `${"\u2003".repeat(depth)}${node.name}`], ...flat(node.children, depth + 1)]);

function Sheet({ of, places = [], chosen }) {
  const [where, setWhere] = useState(of ? of.scope ?? "" : chosen ? `building:${chosen.id}` : "");
  const [category, setCategory] = useState(of?.category_id ?? "");
  const [photos, setPhotos] = useState(() => (of?.gallery ?? []).map((each) => ({ key: each.id, ready: Promise.resolve(each), medium: each })));
  const tree = useLoad(() => get("/v1/categories", { scope: where }), [where]);
  const kind = useLoad(async () => (category ? get(`/v1/categories/${category}`) : { attributes: [] }), [category]);
  const send = async (said, form) => {
    const body = { ...told(said, form, kind.data?.attributes ?? []), category_id: category || null, media_ids: await sent(photos) };
    if (of) {
      await patch(`/v1/listings/${of.id}`, { ...body, title: said.title ?? "" }, of.etag);
      tell(t("Changed."));
      return go(`/app/listings/${of.id}`, { replace: true });
    }
    const made = await post("/v1/listings", { ...body, type: said.type, scope: where || null, status: "ACTIVE" });
    tell(t("It is on offer."));
    return go(`/app/listings/${made.id}`, { replace: true });
  };
  return html`
    <${Form} send=${send} submit=${of ? t("Keep") : t("Publish")} id="publish">
      ${!of && html`<fieldset class="choices"><legend>${t("What is it?")}</legend>
        <label><input type="radio" name="type" value="PRODUCT" defaultChecked /> ${t("A thing")}</label><label><input type="radio" name="type" value="SERVICE" /> ${t("A service")}</label>
      </fieldset>`}
      ${!of && places.length > 0 && html`<${Field} label=${t("Who sees it?")} name="scope">${(control) => html`<select ...${control} onChange=${({ target }) => setWhere(target.value)}>${[...places.map((one) => [`building:${one.id}`, one.name]), ["", t("Everybody")]].map(([value, name]) => html`<option value=${value} selected=${value === where}>${name}</option>`)}</select>`}</${Field}>`}
      <${Photos} photos=${photos} change=${setPhotos} />
      <${Field} label=${t("Title")} name="title" maxlength="140" defaultValue=${of?.title} />
      <${Field} label=${t("Description")} name="description" optional>${(control) => html`<textarea ...${control} rows="4" defaultValue=${of?.description ?? ""}></textarea>`}</${Field}>
      <${Field} label=${t("Category")} name="category_id">${(control) => html`<select ...${control} onChange=${({ target }) => setCategory(target.value)}>${[["", t("Choose one")], ...flat(tree.data?.items ?? [])].map(([value, name]) => html`<option value=${value} selected=${value === category}>${name}</option>`)}</select>`}</${Field}>
      ${(kind.data?.attributes ?? []).map((one) => html`<${Attribute} key=${one.key} of=${one} value=${of?.attributes[one.key]} />`)}
      <div class="pair">
        <${Field} label=${t("Price")} name="price" inputmode="decimal" pointer="/price" autocomplete="off" defaultValue=${of?.price && plain(of.price)} />
        <${Choice} label=${t("Currency")} name="currency" pointer="/price/currency" value=${of?.price?.currency ?? CURRENCIES[0]} options=${CURRENCIES.map((one) => [one, one])} />
      </div>
      <${Field} label=${t("Pieces")} name="quantity" inputmode="numeric" hint=${t("Empty: they are not counted.")} defaultValue=${of ? of.quantity : 1} />
    </${Form}>`;
}

/** Return what the form says, as the API takes it. */
function told(said, form, attributes) {
  const price = said.price === undefined ? null : { amount: minor(said.price, said.currency), currency: said.currency };
  const given = attributes.map((one) => [one.key, read(one, form)]).filter(([, value]) => value !== undefined);
  const pieces = said.type === "SERVICE" || said.quantity === undefined ? null : numeric(said.quantity);
  return { title: said.title, description: said.description ?? "", price, quantity: pieces, attributes: Object.fromEntries(given) };
}

const numeric = (text) => (/^-?\d+([.,]\d+)?$/.test(text) ? Number(text.replace(",", ".")) : text); // what is no number is for the API to refuse

function read({ key, type }, form) {
  const fields = [...form.querySelectorAll(`[name="attributes/${CSS.escape(key)}"]`)];
  if (type === "multi_choice") {
    const chosen = fields.filter((one) => one.checked).map((one) => one.value);
    return chosen.length ? chosen : undefined;
  }
  const text = fields[0]?.value.trim() ?? "";
  if (text === "") return undefined;
  if (type === "boolean") return text === "true";
  return ["integer", "decimal"].includes(type) ? numeric(text) : text;
}

function Attribute({ of, value }) {
  const name = `attributes/${of.key}`;
  const common = { label: of.unit ? `${of.label}, ${of.unit}` : of.label, name, optional: !of.required };
  if (of.type === "multi_choice")
    return html`<fieldset class="choices" data-pointer="/${name}"><legend>${common.label}</legend>${of.options.map((one) => html`<label><input type="checkbox" name=${name} value=${one} defaultChecked=${value?.includes(one)} /> ${one}</label>`)}</fieldset>`;
  if (of.type === "choice") return html`<${Choice} ...${common} value=${value ?? ""} options=${[["", "–"], ...of.options.map((one) => [one, one])]} />`;
  if (of.type === "boolean") return html`<${Choice} ...${common} value=${value === undefined ? "" : String(value)} options=${[["", "–"], ["true", t("Yes")], ["false", t("No")]]} />`;
  const input = { text: { maxlength: of.maximum ?? 2000 }, integer: { inputmode: "numeric" }, decimal: { inputmode: "decimal" }, date: { type: "date" } }[of.type];
  return html`<${Field} ...${common} ...${input} defaultValue=${value} />`;
}

/** Return the ids of all photographs once they are processed; refuses while one cannot be used. */
async function sent(photos) {
  const settled = await Promise.allSettled(photos.map((one) => one.ready));
  if (settled.some((one) => one.status === "rejected")) throw new Problem({ title: t("A photograph cannot be used"), detail: t("Remove it, or choose another.") }, 0);
  return settled.map((one) => one.value.id);
}

function Photos({ photos, change }) {
  const field = useRef(null);
  const add = ({ target }) => {
    const added = [...target.files].slice(0, MOST - photos.length).map((file) => {
      const photo = { key: random(), file, share: 0 };
      const sending = upload(file, { onProgress: (share) => change((all) => all.map((one) => (one.key === photo.key ? { ...one, share } : one))) });
      return Object.assign(photo, { abort: sending.abort, ready: sending.then(processed) });
    });
    change((all) => [...all, ...added]);
    target.value = "";
  };
  const drop = (photo) => {
    photo.abort?.();
    change((all) => all.filter((one) => one.key !== photo.key));
    field.current.focus();
  };
  const first = (photo) => change((all) => [photo, ...all.filter((one) => one.key !== photo.key)]);
  return html`
    <${Field} label=${t("Photographs")} name="photos" pointer="/media_ids" hint=${t("Up to {n}; the first is the cover.", { n: MOST })} optional>${(control) => html`<input ...${control} name=${null} ref=${field} type="file" accept="image/*,video/*" multiple onChange=${add} />`}</${Field}>
    ${photos.length > 0 && html`<ul class="photos" aria-label=${t("Your photographs")}>${photos.map((one, index) => html`<${Photo} key=${one.key} of=${one} cover=${!index} drop=${() => drop(one)} first=${() => first(one)} />`)}</ul>`}`;
}

function Photo({ of, cover, drop, first }) {
  const [state, set] = useState({ medium: of.medium });
  const [preview] = useState(() => of.file && URL.createObjectURL(of.file));
  useEffect(() => {
    let there = true;
    of.ready.then((medium) => there && set({ medium }), (problem) => there && problem.name !== "AbortError" && set({ problem }));
    return () => {
      there = false;
      if (preview) URL.revokeObjectURL(preview);
    };
  }, []);
  const name = of.file?.name ?? t("Photograph");
  const now = state.problem ? words(state.problem) : state.medium ? (cover ? t("Cover") : "") : of.share < 1 ? `${Math.round(of.share * 100)} %` : t("Making thumbnails…");
  return html`
    <li class="photo" data-ready=${state.medium ? "" : null}>
      <${Picture} url=${state.medium?.thumbnail_url || preview || state.medium?.url} alt=${name} title=${name} />
      ${!state.medium && !state.problem && html`<progress max="1" value=${of.share} aria-label=${t("Upload of {name}", { name })}></progress>`}
      <p class=${state.problem ? "fault" : ""}>${now}</p>
      <button type="button" class="quiet" aria-label=${t("Remove {name}", { name })} onClick=${drop}>${t("Remove")}</button>
      ${!cover && state.medium && html`<button type="button" class="quiet" aria-label=${t("Make {name} the cover", { name })} onClick=${first}>${t("Cover")}</button>`}
    </li>`;
}
