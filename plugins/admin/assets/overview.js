// The first page: what waits, and the figures.

import { call } from "./api.js";
import { el } from "./dom.js";
import { placed } from "./list.js";
import { draw } from "./report.js";

const MANY = 20;

/** Return the elements of the overview. */
export function overview(shell) {
  const { pages } = shell.console;
  const open = (page) => !page.scope_kind || shell.scope.startsWith(`${page.scope_kind}:`);
  const queues = pages.filter((page) => Object.keys(page.waiting).length && !page.charts.length && open(page));
  const reports = pages.filter((page) => page.charts.length && open(page));
  const drawn = reports.filter((page) => page.charts.some((one) => one.kind === "line"));
  const report = drawn.find((page) => shell.scope && page.scope_kind) ?? drawn[0] ?? reports[0];
  const parts = [el("header", { class: "title" }, el("div", {}, el("h1", { tabindex: -1 }, "Overview")))];
  if (queues.length) parts.push(section("What waits", el("ul", { class: "tiles" }, queues.map((page) => tile(page, shell)))));
  if (report) parts.push(figures(report, shell));
  if (!queues.length && !report) parts.push(el("p", { class: "hint" }, "Choose a page, or where you want to look after things."));
  return parts;
}

const section = (title, ...inner) => el("section", { class: "part" }, el("h2", {}, title), inner);

function tile(page, shell) {
  const count = el("strong", {}, "…");
  const query = { ...page.waiting, limit: MANY, ...(page.takes_scope && shell.scope ? { scope: shell.scope } : {}) };
  const link = el("a", { class: "tile", href: shell.address(page.name) }, count, el("span", {}, page.title));
  call("GET", placed(page.reads, null, shell.scope), { query })
    .then(({ items, next }) => {
      count.textContent = `${items.length}${next ? "+" : ""}`;
      link.classList.toggle("done", !items.length);
    })
    .catch(() => (count.textContent = "?"));
  return el("li", {}, link);
}

function figures(page, shell) {
  const place = el("div", { class: "charts" });
  draw(page, shell, place, {}, (chart) => chart.kind !== "table");
  return section(page.title, place, el("p", {}, el("a", { href: shell.address(page.name) }, "All figures")));
}
