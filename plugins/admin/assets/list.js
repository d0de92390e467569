// A page that is a list: filters, a table (cards on a phone), more of it, what can be done.

import { call } from "./api.js";
import { el, told } from "./dom.js";
import { at, people, shown, words } from "./format.js";
import { buttons } from "./actions.js";
import { drawer } from "./drawer.js";
import { control, opened } from "./forms.js";
import { needsScope, titled } from "./report.js";

const LIMIT = 25;
const PATIENCE = 350; // milliseconds without typing until a filter is asked

/** Return the elements of a list's page. */
export function listPage(page, shell) {
  if (needsScope(page, shell)) return needsScope(page, shell);
  const view = new ListView(page, shell);
  view.load();
  return [titled(page, view.alone()), view.filters(), view.status, view.place, view.foot];
}

/** Return the path of a call: the row's fields in it, and the chosen scope's id. */
export function placed(path, row, scope) {
  const [kind, id] = scope.split(":");
  return path.replace(/\{(\w+)(:\w+)?\}/g, (_, field) => encodeURIComponent(row?.[field] ?? (field === `${kind}_id` ? id : "")));
}

/** Return a tree as rows, each before what is below it, with what it is below. */
const branches = (items, above = null, depth = 0) =>
  items.flatMap((one) => {
    if (!Array.isArray(one.children)) return [one];
    return [{ ...one, depth, below: above && { parent_id: above.name } }, ...branches(one.children, one, depth + 1)];
  });

class ListView {
  constructor(page, shell) {
    this.page = page;
    this.shell = shell;
    this.status = el("p", { class: "state", role: "status" });
    this.place = el("div", { class: "wide", role: "region", "aria-label": page.title, tabindex: 0 });
    this.more = el("button", { type: "button", class: "quiet", hidden: true, onclick: () => this.load(this.next) }, "Show more");
    this.foot = el("p", { class: "more" }, this.more);
    this.round = 0;
    this.quick = Object.keys(page.waiting).length > 0; // a queue is worked through; elsewhere one looks first
    this.asked = this.remembered();
  }

  /** What the address filters by; where it says nothing, what waits to be done. */
  remembered() {
    const state = this.shell.state();
    const given = this.page.filters.map(({ name }) => [name, state.get(`f.${name}`)]).filter(([, value]) => value);
    return given.length || state.has("f") ? Object.fromEntries(given) : { ...this.page.waiting };
  }

  query() {
    const scope = this.page.takes_scope && this.shell.scope ? { scope: this.shell.scope } : {};
    return { ...scope, ...this.asked, ...(this.page.paged ? { limit: LIMIT } : {}) };
  }

  filters() {
    if (!this.page.filters.length) return "";
    const wide = matchMedia("(min-width: 44.01rem)").matches;
    const form = el("form", { class: "filters", role: "search", "aria-label": "Filters" });
    for (const { name, schema } of this.page.filters) {
      const plain = { ...opened(schema), description: undefined, default: undefined };
      const one = control(name, plain, false, this.asked[name], { label: name === "q" ? "Search" : words(name), empty: "Any" });
      if (schema.description) one.input.title = schema.description;
      one.input.addEventListener(one.input.matches("select, [type=datetime-local]") ? "change" : "input", () => this.filtered(name, one.read()));
      form.append(one.element);
    }
    form.addEventListener("submit", (event) => event.preventDefault());
    return wide ? form : el("details", { class: "folded", open: Object.values(this.asked).some(Boolean) && !Object.keys(this.page.waiting).length }, el("summary", {}, "Filters"), form);
  }

  filtered(name, value) {
    this.asked = { ...this.asked, [name]: value === undefined || value === false ? "" : String(value) };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const state = this.shell.state();
      for (const [key, one] of Object.entries(this.asked)) one ? state.set(`f.${key}`, one) : state.delete(`f.${key}`);
      state.set("f", "");
      history.replaceState({}, "", `${location.pathname}?${state}`);
      this.load();
    }, PATIENCE);
  }

  alone() {
    return buttons(this.page.actions.filter((one) => one.alone), null, this.shell, () => this.load());
  }

  async load(cursor = null) {
    const mine = ++this.round;
    this.status.textContent = "Loading…";
    this.place.setAttribute("aria-busy", "true");
    try {
      const found = await call("GET", placed(this.page.reads, null, this.shell.scope), { query: { ...this.query(), cursor } });
      if (mine === this.round) this.show(found, cursor !== null);
    } catch (problem) {
      if (mine !== this.round) return;
      const again = el("button", { type: "button", class: "link", onclick: () => this.load(cursor) }, "Try again");
      this.status.replaceChildren(el("span", { class: "fault" }, told(problem, problem.errors?.map((one) => one.detail))), " ", again);
    } finally {
      if (mine === this.round) this.place.removeAttribute("aria-busy");
    }
  }

  show({ items: found, next }, adding) {
    const items = branches(found);
    this.next = next ?? null;
    this.more.hidden = !this.next;
    if (adding) {
      const first = this.row(items[0]);
      this.body.append(first, ...items.slice(1).map((one) => this.row(one)));
      first.querySelector("button")?.focus();
    } else {
      this.body = el("tbody", {}, items.map((one) => this.row(one)));
      this.place.replaceChildren(items.length ? this.table() : this.empty());
    }
    const count = adding ? this.body.children.length : items.length;
    this.status.textContent = items.length || adding ? `${count}${this.next ? " shown, there are more" : count === 1 ? " entry" : " entries"}` : "";
    people(this.place);
  }

  table() {
    const heads = this.page.columns.map((one) => el("th", { scope: "col" }, one.title));
    const last = this.quick ? el("th", { scope: "col" }, el("span", { class: "unseen" }, "Actions")) : null;
    return el("table", {}, el("caption", { class: "unseen" }, this.page.title), el("thead", {}, el("tr", {}, heads, last)), this.body);
  }

  row(item) {
    const [first, ...rest] = this.page.columns;
    const cell = (one) => item.below?.[one.field] ?? shown(at(item, one.field), { person: this.page.people.includes(one.field), field: one.field });
    const open = () => drawer(this.page, item, this.shell, () => this.load());
    const opener = el("button", { type: "button", class: "link", onclick: open }, cell(first));
    const acts = this.page.actions.filter((one) => !one.alone);
    const done = this.quick ? el("td", { class: "acts" }, buttons(acts, item, this.shell, () => this.load()).slice(0, 2)) : null;
    return el("tr", { "data-depth": item.depth }, el("th", { scope: "row", "data-title": first.title }, opener), rest.map((one) => el("td", { "data-title": one.title }, cell(one))), done);
  }

  empty() {
    const narrowed = Object.values(this.asked).some(Boolean);
    const waits = this.quick && this.page.filters.every(({ name }) => (this.asked[name] || "") === (this.page.waiting[name] ?? ""));
    const all = el("a", { href: this.shell.address(this.page.name, { f: "" }) }, "Show everything");
    return el("div", { class: "empty" }, el("p", {}, waits ? "Nothing waits here." : narrowed ? "Nothing fits these filters." : "Nothing here yet."), narrowed && el("p", {}, all));
  }
}
