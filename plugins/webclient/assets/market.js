// Browse and search. What is looked for is in the address, so a link, a reload or the back button shows it again.

import { html, useEffect, useRef, useState } from "./preact-htm.js";
import { get } from "./api.js";
import { choose, useBuildings } from "./buildings-state.js";
import { CURRENCIES, has } from "./config.js";
import { minor, money } from "./format.js";
import { ask, useReturn, useTitle } from "./router.js";
import { session } from "./session.js";
import { useStore } from "./store.js";
import { t, tn } from "./strings.js";
import { Act, Icon, Loaded, Picture, useLoad } from "./ui.js";

const SORTS = [["newest", () => t("Newest")], ["price_asc", () => t("Cheapest")], ["price_desc", () => t("Dearest")], ["popular", () => t("Popular")]];
const KEPT = 10; // lists kept for the way back
const kept = new Map(); // what was shown, by what was asked

function keep(question, page) {
  kept.delete(question);
  kept.set(question, page);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
}
session.follow(() => kept.clear()); // somebody else sees something else

export function Market({ query }) {
  const now = useStore(session);
  const { mine, chosen, scope } = useBuildings();
  const ready = mine !== null || !now;
  const text = query.get("q") ?? "";
  useTitle(text || t("Market"));
  return html`
    <div class="market">
      <h1 tabindex="-1" class=${text ? "" : "unseen"}>${text ? `“${text}”` : t("Market")}</h1>
      <${Search} text=${text} />
      ${has("buildings") && now && mine && !mine.length && html`<${Homeless} />`}
      ${ready && html`<${Categories} scope=${scope} wanted=${query.get("category")} />`}
      <${Filters} query=${query} text=${text}>${mine?.length > 0 && html`<${Where} mine=${mine} chosen=${chosen} />`}</${Filters}>
      ${ready && html`<${Results} key=${`${query} ${scope}`} query=${query} scope=${scope} />`}
    </div>`;
}

function Search({ text }) {
  const field = useRef(null);
  const [titles, setTitles] = useState([]);
  const round = useRef(0);
  useEffect(() => void (field.current.value = text), [text]);
  const suggest = async ({ target }) => {
    const mine = ++round.current;
    const q = target.value.trim();
    if (q.length < 2) return setTitles([]);
    await new Promise((done) => setTimeout(done, 200));
    if (mine !== round.current) return undefined;
    const found = await get("/v1/search/suggest", { q, kind: "listing", limit: 6 }).catch(() => ({ titles: [] })); // one can search without
    return mine === round.current && setTitles(found.titles);
  };
  const search = (event) => {
    event.preventDefault();
    round.current += 1;
    ask({ q: field.current.value.trim(), sort: null });
  };
  return html`
    <form role="search" class="search" onSubmit=${search}>
      <label class="unseen" for="q">${t("Search the market")}</label>
      <input id="q" ref=${field} type="search" maxlength="200" list="suggestions" placeholder=${t("A lamp, a chair, a lesson…")} autocomplete="off" enterkeyhint="search" defaultValue=${text} onInput=${has("search") ? suggest : null} />
      <datalist id="suggestions">${titles.map((one) => html`<option value=${one} />`)}</datalist>
      <button aria-label=${t("Search")}><${Icon} name="search" /></button>
    </form>`;
}

const Homeless = () => html`<aside class="notice"><span>${t("Live in a building that is here? See what your neighbours offer.")}</span> <a href="/app/buildings">${t("Find your building")}</a></aside>`;

function Where({ mine, chosen }) {
  const options = [...mine.map((one) => [one.id, one.name]), ["", t("Everywhere")]];
  return html`
    <p class="where"><${Icon} name="home" /><label class="unseen" for="where">${t("Where")}</label>
      <select id="where" onChange=${({ target }) => choose(target.value)}>${options.map(([id, name]) => html`<option value=${id} selected=${id === (chosen?.id ?? "")}>${name}</option>`)}</select>
    </p>`;
}

/** Find a category and what leads to it: [root, …, it]. */
function path(nodes, id) {
  for (const node of nodes) {
    if (node.id === id) return [node];
    const below = path(node.children, id);
    if (below) return [node, ...below];
  }
  return null;
}

function Categories({ scope, wanted }) {
  const tree = useLoad(() => get("/v1/categories", { scope }), [scope]);
  const items = tree.data?.items ?? [];
  const leading = (wanted && path(items, wanted)) || [];
  const shown = leading.at(-1)?.children.length ? leading.at(-1).children : leading.length > 1 ? leading.at(-2).children : items;
  const chip = (id, name, current) => html`<li key=${id}><a class="chip" href=${address({ category: id || null })} aria-current=${current ? "true" : null}>${name}</a></li>`;
  return html`
    <nav class="chips" aria-label=${t("Categories")}><ul>
      ${chip("", t("Everything"), !wanted)}
      ${leading.filter((one) => !shown.includes(one)).map((one) => chip(one.id, one.name, one.id === wanted))}
      ${shown.map((one) => chip(one.id, one.name, one.id === wanted))}
    </ul></nav>`;
}

function address(changes) {
  const query = new URLSearchParams(location.search);
  for (const [key, value] of Object.entries(changes)) value ? query.set(key, value) : query.delete(key);
  return query.size ? `/app?${query}` : "/app";
}

function Filters({ query, text, children }) {
  const sorts = text ? [["relevance", () => t("Best match")], ...SORTS] : SORTS;
  const kind = query.get("type") ?? "";
  const priced = query.has("min") || query.has("max");
  const prices = (event) => {
    event.preventDefault();
    const { min, max, currency } = event.target.elements;
    ask({ min: min.value.trim(), max: max.value.trim(), currency: min.value || max.value ? currency.value : null });
  };
  return html`
    <div class="filters">
      ${children}
      <label class="unseen" for="kind">${t("Kind")}</label>
      <select id="kind" onChange=${({ target }) => ask({ type: target.value })}>${[["", t("All kinds")], ["PRODUCT", t("Things")], ["SERVICE", t("Services")]].map(([value, name]) => html`<option value=${value} selected=${value === kind}>${name}</option>`)}</select>
      <label class="unseen" for="sort">${t("Sort")}</label>
      <select id="sort" onChange=${({ target }) => ask({ sort: target.value })}>${sorts.map(([value, name]) => html`<option value=${value} selected=${value === (query.get("sort") ?? sorts[0][0])}>${name()}</option>`)}</select>
      <details open=${priced}><summary>${t("Price")}</summary>
        <form class="prices" onSubmit=${prices}>
          <label>${t("From")} <input name="min" inputmode="decimal" size="6" defaultValue=${query.get("min") ?? ""} /></label>
          <label>${t("To")} <input name="max" inputmode="decimal" size="6" defaultValue=${query.get("max") ?? ""} /></label>
          <label><span class="unseen">${t("Currency")}</span><select name="currency">${CURRENCIES.map((one) => html`<option selected=${one === query.get("currency")}>${one}</option>`)}</select></label>
          <button class="quiet">${t("Show")}</button>
        </form>
      </details>
    </div>`;
}

function question(query, scope) {
  const currency = query.get("currency");
  const amount = (key) => (query.get(key) ? minor(query.get(key), currency ?? CURRENCIES[0]) : null);
  return {
    q: query.get("q"), category: query.get("category"), type: query.get("type"), scope, limit: 24, currency,
    sort: query.get("sort") ?? (query.get("q") ? "relevance" : null), min_price: amount("min"), max_price: amount("max"),
  };
}

function Results({ query, scope }) {
  const asked = question(query, scope);
  const name = JSON.stringify(asked);
  const page = useLoad(async () => kept.get(name) ?? get("/v1/listings", asked), []);
  useEffect(() => void (page.data && keep(name, page.data)), [page.data]);
  useReturn(page.data !== undefined);
  const list = useRef(null);
  const more = async () => {
    const following = await get("/v1/listings", { ...asked, cursor: page.data.next });
    const before = page.data.items.length;
    page.set({ items: [...page.data.items, ...following.items], next: following.next });
    requestAnimationFrame(() => list.current?.children[before]?.querySelector("a").focus({ preventScroll: true }));
  };
  const blank = html`<ul class="grid" aria-hidden="true">${Array.from({ length: 8 }, () => html`<li class="blank"></li>`)}</ul><p class="unseen" role="status">${t("Loading…")}</p>`;
  return html`<${Loaded} of=${page} blank=${blank}>${({ items, next }) => html`
    <p class="unseen" role="status">${items.length ? tn(items.length, "{n} listing", "{n} listings") : t("Nothing like that is on offer.")}</p>
    ${items.length
      ? html`<ul class="grid" ref=${list}>${items.map((one) => html`<${Card} key=${one.id} of=${one} />`)}</ul>`
      : html`<div class="empty"><p>${t("Nothing like that is on offer.")}</p><p><a href="/app">${t("Show everything")}</a></p></div>`}
    ${next && html`<p class="more"><${Act} class="quiet" work=${more}>${t("Show more")}</${Act}></p>`}`}</${Loaded}>`;
}

/** One listing in a grid. */
export const Card = ({ of, about }) => html`
  <li class="card">
    <${Picture} url=${of.cover_url} title=${of.title} width="400" height="400" />
    ${of.type === "SERVICE" && html`<span class="kind">${t("Service")}</span>`}
    <p class="name"><a href="/app/listings/${of.id}">${of.title}</a></p>
    ${of.price && html`<p class="price">${money(of.price)}</p>`}
    <p class="by">${about ?? of.seller?.name}</p>
  </li>`;
