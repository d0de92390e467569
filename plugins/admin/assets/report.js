// A page that is a report: figures and charts of what one call answers. And the choice of a scope.

import { call, keep } from "./api.js";
import { drawings } from "./chart.js";
import { ask, attempt, el, told } from "./dom.js";
import { name, people, plain, terms } from "./format.js";
import { buttons } from "./actions.js";
import { placed } from "./list.js";
import { control, opened } from "./forms.js";

/** Return the head of a page. */
export const titled = (page, beside = []) =>
  el("header", { class: "title" }, el("div", {}, el("h1", { tabindex: -1 }, page.title), page.about && el("p", { class: "hint" }, page.about)), beside.length > 0 && el("p", { class: "actions" }, beside));

/** Return a button for each file that may be kept; `asked()` returns the filters as they are. */
export const downloads = (page, row, shell, asked = () => ({})) =>
  page.downloads.map(({ title, path }) =>
    el("button", { type: "button", class: "quiet", onclick: ({ currentTarget: button }) => attempt(button.closest("main, dialog"), button, () => keep(placed(path, row, shell.scope), asked())) }, title),
  );

/** Return what is shown of a page about one scope while none is chosen; null when it may be shown. */
export function needsScope(page, shell) {
  if (!page.scope_kind || shell.scope.startsWith(`${page.scope_kind}:`)) return null;
  const pick = async () => {
    const chosen = await choose(shell.console, page);
    if (chosen) shell.go(`/admin/${page.name}?scope=${encodeURIComponent(chosen)}`);
  };
  const button = el("button", { type: "button", onclick: pick }, `Choose a ${page.scope_kind}`);
  return [titled(page), el("div", { class: "empty" }, el("p", {}, `This page is about one ${page.scope_kind}.`), button)];
}

/** Return the elements of a report's page. */
export function reportPage(page, shell) {
  const missing = needsScope(page, shell);
  if (missing) return missing;
  const place = el("div", { class: "charts" });
  const asked = {};
  const load = () => draw(page, shell, place, asked);
  const filters = el("form", { class: "filters", "aria-label": "Filters" });
  for (const { name, schema } of page.filters) {
    const one = control(name, { ...opened(schema), description: undefined }, true, undefined, { plain: true });
    one.input.addEventListener("change", () => {
      asked[name] = one.read();
      load();
    });
    filters.append(one.element);
  }
  filters.addEventListener("submit", (event) => event.preventDefault());
  load();
  const faults = el("p", { class: "fault", role: "alert", "data-faults": true });
  return [titled(page, downloads(page, null, shell, () => asked)), faults, page.filters.length ? filters : "", place];
}

/** Ask for a report and draw it. */
export async function draw(page, shell, place, asked = {}, only = () => true) {
  place.setAttribute("aria-busy", "true");
  if (!place.childElementCount) place.replaceChildren(el("p", { class: "state", role: "status" }, "Loading…"));
  try {
    const scope = page.takes_scope && shell.scope ? { scope: shell.scope } : {};
    const found = await call("GET", placed(page.reads, null, shell.scope), { query: { ...scope, ...asked } });
    if (!page.charts.length) return whole(page, shell, place, found);
    const parts = page.charts.filter(only).flatMap((chart) => drawings(chart, found));
    place.replaceChildren(...(parts.length ? parts : [el("div", { class: "empty" }, el("p", {}, "No figures yet."))]));
  } catch (problem) {
    const again = el("button", { type: "button", class: "link", onclick: () => draw(page, shell, place, asked, only) }, "Try again");
    place.replaceChildren(el("p", { class: "state", role: "status" }, el("span", { class: "fault" }, told(problem)), " ", again));
  } finally {
    place.removeAttribute("aria-busy");
  }
}

/** Show an answer as it is, with what can be done to it. */
function whole(page, shell, place, found) {
  const acts = buttons(page.actions, found, shell, () => draw(page, shell, place));
  place.replaceChildren(el("figure", { class: "card" }, terms(found, page.people), acts.length > 0 && el("p", { class: "actions" }, acts)));
  return people(place);
}

/** Let a scope be chosen by its name; "" for everywhere, undefined when it was left as it is. */
export function choose(console_, page = null) {
  const everywhere = !page?.scope_kind;
  return ask("Where?", ({ close, heading, faults }) => {
    const list = el("ul", { class: "rows" });
    const field = el("input", { id: "scope-search", type: "search", autocomplete: "off", placeholder: "Part of the name" });
    const show = (items) =>
      list.replaceChildren(
        ...(everywhere && !field.value ? [option("Everywhere", "")] : []),
        ...items.filter((one) => !page || one.scope.startsWith(`${page.scope_kind}:`)).map((one) => option(one.name, one.scope)),
        ...(items.length || (everywhere && !field.value) ? [] : [el("li", { class: "hint" }, "Nothing of that name.")]),
      );
    const option = (text, scope) => el("li", {}, el("button", { type: "button", class: "quiet full", onclick: () => close(scope) }, text));
    const find = async () => {
      const asked = field.value;
      const { items } = await call("GET", "/v1/admin/scopes", { query: { q: asked } });
      name(items);
      if (asked === field.value) show(items);
    };
    field.addEventListener("input", () => {
      clearTimeout(field.timer);
      field.timer = setTimeout(find, 200);
    });
    find();
    return el("div", { class: "sheet" }, heading, faults, el("p", { class: "field" }, el("label", { for: "scope-search" }, "Find"), field), list, el("p", { class: "actions" }, el("button", { type: "button", class: "quiet", onclick: () => close() }, "Cancel")));
  });
}

/** Return what is written on the button that chooses. */
export const called = (scope) => (scope ? plain(scope) : "Everywhere");
