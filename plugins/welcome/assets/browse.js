// Browse, search, filter, look at one. What is shown is in the address, so a link or a reload shows it again.

import { call } from "./api.js";
import { $, ago, clear, el, money, open, show } from "./dom.js";

const LISTINGS = "/v1/listings";
let round = 0; // answers that come after a newer question are dropped
let next = null;
let names = new Map();

const state = () => new URLSearchParams(location.search);

/** Change the address: `go({ category: id })`; null removes. */
export function go(changes, { replace = false } = {}) {
  const wanted = state();
  for (const [key, value] of Object.entries(changes)) value ? wanted.set(key, value) : wanted.delete(key);
  const url = wanted.size ? `/?${wanted}` : "/";
  history[replace ? "replaceState" : "pushState"]({}, "", url);
  return render();
}

let last = null;

async function render() {
  const now = state();
  const filters = ["q", "category", "sort"].map((key) => now.get(key) ?? "").join("\n");
  const detail = now.get("listing");
  if (filters !== last) {
    last = filters;
    head(now);
    list();
  }
  if (detail) await look(detail);
  else $("listing").close();
}

/** Ask for the list again: something was published. */
export function reload() {
  last = null;
  return render();
}

function head(now) {
  const q = now.get("q") ?? "";
  const category = names.get(now.get("category"));
  $("q").value = q;
  const best = $("sort").querySelector('[value="relevance"]');
  best.hidden = !q;
  $("sort").value = now.get("sort") ?? (q ? "relevance" : "newest");
  $("results").textContent = q ? `“${q}”${category ? ` in ${category}` : ""}` : category ?? "Latest listings";
  document.title = `${q || category || "A marketplace, running"} · Stoa`;
  for (const link of $("categories").querySelectorAll("a")) {
    link.toggleAttribute("aria-current", false);
    if (link.dataset.id === (now.get("category") ?? "")) link.setAttribute("aria-current", "true");
  }
}

function question() {
  const now = state();
  const query = { limit: 24 };
  for (const key of ["q", "category", "sort"]) if (now.get(key)) query[key] = now.get(key);
  if (query.q && !query.sort) query.sort = "relevance";
  return query;
}

async function list() {
  const mine = ++round;
  next = null;
  $("more").hidden = true;
  $("told").textContent = "Looking…";
  $("grid").replaceChildren(...Array.from({ length: 8 }, () => el("li", { class: "waiting", "aria-hidden": "true" })));
  await fill(mine, {}, (cards) => $("grid").replaceChildren(...cards));
}

async function more() {
  const before = $("grid").children.length;
  await fill(round, { cursor: next }, (cards) => $("grid").append(...cards));
  $("grid").children[before]?.querySelector("a")?.focus();
}

async function fill(mine, extra, put) {
  try {
    const page = await call("GET", LISTINGS, { query: { ...question(), ...extra } });
    if (mine !== round) return;
    next = page.next;
    put(page.items.map(card));
    const count = $("grid").children.length;
    $("told").textContent = count ? `${count} ${next ? "shown, there are more" : count === 1 ? "listing" : "listings"}` : "";
    if (!count) $("grid").replaceChildren(nothing());
    $("more").hidden = !next;
  } catch (problem) {
    if (mine !== round) return;
    put([]);
    $("told").textContent = problem.message;
  }
}

function nothing() {
  const all = el("button", { type: "button", class: "link" }, "Show everything");
  all.addEventListener("click", () => go({ q: null, category: null, sort: null }));
  return el("li", { class: "empty" }, el("p", {}, "Nothing like that is on offer."), el("p", {}, all));
}

function picture(url, alt, title) {
  if (!url) return el("div", { class: "picture none", "aria-hidden": "true" }, (title || "?").slice(0, 1).toUpperCase());
  return el("img", { class: "picture", src: url, alt, loading: "lazy", decoding: "async", width: 400, height: 300 });
}

function card(one) {
  const link = el("a", { href: `/?listing=${one.id}`, "data-listing": one.id }, one.title);
  return el(
    "li",
    {},
    el(
      "div",
      { class: "card" },
      picture(one.cover_url, "", one.title),
      el("p", { class: "name" }, link),
      one.price && el("p", { class: "price" }, money(one.price)),
      el("p", { class: "by" }, one.seller?.name ?? ""),
    ),
  );
}

async function look(id) {
  const place = $("listing");
  clear(place);
  $("detail").replaceChildren(el("p", { class: "hint" }, "One moment…"));
  if (!place.open) open("listing");
  try {
    const one = await call("GET", `${LISTINGS}/${encodeURIComponent(id)}`);
    const kind = one.category_id ? await call("GET", `/v1/categories/${one.category_id}`).catch(() => null) : null;
    if (state().get("listing") === id) $("detail").replaceChildren(...detail(one, kind));
  } catch (problem) {
    $("detail").replaceChildren();
    show(place, problem);
  }
}

function detail(one, kind) {
  const text = el("div", { class: "text" }, el("h2", { id: "listing-title" }, one.title));
  if (one.price) text.append(el("p", { class: "price" }, money(one.price)));
  if (one.description) text.append(el("p", { class: "words" }, one.description));
  const facts = [["Category", one.category?.names.join(" › ")], ["Seller", one.seller?.name]];
  for (const attribute of kind?.attributes ?? []) facts.push([attribute.label, worded(attribute, one.attributes?.[attribute.key])]);
  facts.push(["Listed", one.published_at && ago(one.published_at)], ["Seen by", one.views ? String(one.views) : null]);
  const told = facts.filter(([, value]) => value);
  text.append(el("dl", {}, ...told.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])));
  return [gallery(one), text];
}

function worded(attribute, value) {
  if (value == null) return null;
  if (attribute.type === "boolean") return value ? "yes" : "no";
  return [[value].flat().join(", "), attribute.unit].filter(Boolean).join(" ");
}

function gallery(one) {
  const pictures = (one.gallery ?? []).filter((each) => each.type === "image" && (each.url || each.thumbnail_url));
  if (!pictures.length) return picture(one.cover_url, one.title, one.title);
  const stage = el("img", { class: "stage", src: pictures[0].url || pictures[0].thumbnail_url, alt: `${one.title}, photograph 1` });
  const strip = el("div", { class: "strip" });
  pictures.forEach((each, index) => {
    const small = el("img", { src: each.thumbnail_url || each.url, alt: "", width: 64, height: 64 });
    const choose = el("button", { type: "button", "aria-pressed": String(!index), "aria-label": `Photograph ${index + 1}` }, small);
    choose.addEventListener("click", () => {
      for (const other of strip.children) other.setAttribute("aria-pressed", String(other === choose));
      stage.src = each.url || each.thumbnail_url;
      stage.alt = `${one.title}, photograph ${index + 1}`;
    });
    strip.append(choose);
  });
  return el("div", {}, stage, pictures.length > 1 && strip);
}

async function categories() {
  const { items } = await call("GET", "/v1/categories");
  names = new Map();
  const branch = (nodes) =>
    nodes.map((node) => {
      names.set(node.id, node.name);
      const link = el("a", { href: `/?category=${node.id}`, "data-id": node.id }, node.name);
      return el("li", {}, link, node.children.length > 0 && el("ul", {}, ...branch(node.children)));
    });
  const every = el("li", {}, el("a", { href: "/", "data-id": "" }, "Everything"));
  $("categories").replaceChildren(every, ...branch(items));
  return items;
}

export function start() {
  const trees = categories().catch(() => []);
  trees.then(() => head(state()));
  $("tree").open = matchMedia("(min-width: 52.01rem)").matches;
  $("categories").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go({ category: link.dataset.id || null });
    if (!matchMedia("(min-width: 52.01rem)").matches) $("tree").open = false;
  });
  $("grid").addEventListener("click", (event) => {
    const link = event.target.closest("a[data-listing]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go({ listing: link.dataset.listing });
  });
  $("search").addEventListener("submit", (event) => {
    event.preventDefault();
    go({ q: $("q").value.trim() || null, sort: null });
    $("results").focus();
  });
  $("sort").addEventListener("change", () => go({ sort: $("sort").value }));
  $("more").addEventListener("click", more);
  $("listing").addEventListener("close", () => state().has("listing") && go({ listing: null }));
  addEventListener("popstate", render);
  render();
  return trees;
}
