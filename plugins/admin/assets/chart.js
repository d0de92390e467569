// Figures, lines, bars and tables, drawn from what a report answers. Colours are the style sheet's.

import { el, svg } from "./dom.js";
import { at, many, plain, shown, sum, words } from "./format.js";

const HEIGHT = 220;
const LEFT = 64;
const BOTTOM = 26;
const TOP = 12;
const DRAW = { figures, line, bars, table };

/** Return the drawings of a chart: one, or one for each member of a list on its way. */
export function drawings(chart, found) {
  return spread(chart.rows.split("."), found, {})
    .filter(({ rows }) => rows.length)
    .map(({ rows, around }) => {
      const currency = chart.money && at(around, chart.money);
      const title = currency && chart.kind !== "figures" ? `${chart.title}, ${currency}` : chart.title;
      return el("figure", { class: chart.kind }, el("figcaption", {}, title), DRAW[chart.kind](chart, rows, currency, title));
    });
}

/** Follow a path; a list before its end spreads, a mapping at its end is rows with a `key`. */
function spread([first, ...rest], value, around) {
  const inner = value?.[first];
  if (inner == null) return [];
  if (!rest.length) return [{ rows: Array.isArray(inner) ? inner : Object.entries(inner).map(([key, one]) => ({ key, ...(typeof one === "object" ? one : { value: one }) })), around }];
  return [inner].flat().flatMap((one) => spread(rest, one, one));
}

const moneyOf = (chart, row, currency) => currency || (chart.money && at(row, chart.money));

function worded(chart, row, field, currency) {
  const value = at(row, field);
  const code = moneyOf(chart, row, currency);
  return code && Number.isInteger(value) && !chart.counts.includes(field) ? sum(value, code) : plain(value);
}

const label = (value) => (typeof value === "string" && /^[a-z_.]+$/i.test(value) ? words(value.toLowerCase()) : /^\d{4}-\d\d-\d\d$/.test(value) ? day(value) : plain(value));
const day = (value) => new Date(`${value}T00:00`).toLocaleDateString(undefined, { day: "numeric", month: "short" });

function figures(chart, rows, currency) {
  const facts = rows.flatMap((row) =>
    chart.y.map((one) => {
      const code = moneyOf(chart, row, currency);
      const name = chart.y.length > 1 ? `${code && rows.length > 1 ? `${code} ` : ""}${one.title}` : label(at(row, chart.x));
      return el("div", { class: "figure" }, el("dt", {}, name), el("dd", {}, worded(chart, row, one.field, currency)));
    }),
  );
  return el("dl", { class: "figures" }, facts);
}

function table(chart, rows, currency) {
  const heads = [{ field: chart.x, title: words(chart.x) }, ...chart.y];
  const cell = (row, one) => {
    const value = at(row, one.field);
    return typeof value === "number" ? worded(chart, row, one.field, currency) : shown(value, { field: one.field });
  };
  const head = el("thead", {}, el("tr", {}, heads.map((one) => el("th", { scope: "col" }, one.title))));
  const body = rows.map((row) => el("tr", {}, heads.map((one, index) => el(index ? "td" : "th", index ? { "data-title": one.title } : { scope: "row", "data-title": one.title }, index ? cell(row, one) : label(at(row, one.field))))));
  return el("div", { class: "wide", role: "region", "aria-label": chart.title, tabindex: 0 }, el("table", {}, head, el("tbody", {}, body)));
}

/** Return the ends and steps of a scale in round numbers. */
function scale(values) {
  const low = Math.min(0, ...values);
  const high = Math.max(1, ...values);
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const from = Math.floor(low / step) * step;
  const ticks = [];
  for (let at_ = from; at_ < high + step; at_ += step) ticks.push(at_);
  return { from, to: ticks.at(-1), ticks };
}

function line(chart, rows, currency, title) {
  const width = innerWidth < 700 ? 340 : 640; // letters keep their size on a phone
  const values = rows.flatMap((row) => chart.y.map((one) => at(row, one.field) ?? 0));
  const { from, to, ticks } = scale(values);
  const x = (index) => LEFT + (index / Math.max(1, rows.length - 1)) * (width - LEFT - 12);
  const y = (value) => TOP + (1 - (value - from) / (to - from)) * (HEIGHT - TOP - BOTTOM);
  const short = (value) => (currency ? brief(value, currency) : Number.isInteger(value) ? value.toLocaleString() : "");
  const grid = ticks.map((one) => [svg("line", { class: "grid", x1: LEFT, x2: width - 12, y1: y(one), y2: y(one) }), svg("text", { class: "axis", x: LEFT - 8, y: y(one) + 4, "text-anchor": "end" }, short(one))]);
  const every = Math.ceil(rows.length / (width / 100));
  const days = rows.map((row, index) => index % every === 0 && svg("text", { class: "axis", x: x(index), y: HEIGHT - 6, "text-anchor": index ? "middle" : "start" }, label(at(row, chart.x))));
  const paths = chart.y.map((one, number) => {
    const points = rows.map((row, index) => `${x(index).toFixed(1)},${y(at(row, one.field) ?? 0).toFixed(1)}`);
    const area = number === 0 && svg("polygon", { class: "area", points: `${x(0)},${y(0)} ${points.join(" ")} ${x(rows.length - 1)},${y(0)}` });
    return [area, svg("polyline", { class: `series s${number}`, points: points.join(" ") })];
  });
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": said(chart, rows, currency, title) }, grid, days, paths);
  return el("div", {}, chart.y.length > 1 && legend(chart), drawing, asTable(chart, rows, currency));
}

/** Say a chart in a sentence: for who does not see it. */
function said(chart, rows, currency, title) {
  const first = chart.y[0];
  const total = rows.reduce((all, row) => all + (at(row, first.field) ?? 0), 0);
  const best = rows.reduce((one, row) => ((at(row, first.field) ?? 0) > (at(one, first.field) ?? 0) ? row : one));
  const whole = currency && !chart.counts.includes(first.field) ? sum(total, currency) : plain(total);
  return `${title}: ${first.title} ${whole} in all, the most ${worded(chart, best, first.field, currency)} (${label(at(best, chart.x))}).`;
}

const brief = (value, currency) => {
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency, notation: "compact", maximumFractionDigits: 1 });
  return format.format(value / 10 ** new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits);
};

const legend = (chart) => el("ul", { class: "legend" }, chart.y.map((one, number) => el("li", { class: `s${number}` }, one.title)));

const asTable = (chart, rows, currency) => el("details", {}, el("summary", {}, "As a table"), table(chart, rows, currency));

function bars(chart, rows, currency) {
  const [one] = chart.y;
  const most = Math.max(1, ...rows.map((row) => at(row, one.field) ?? 0));
  return el(
    "ul",
    { class: "bars" },
    rows.map((row) => {
      const value = at(row, one.field) ?? 0;
      const drawing = svg("svg", { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" }, svg("rect", { class: "bar", width: (value / most) * 100, height: 8 }));
      return el("li", {}, el("span", {}, chart.plural ? many(at(row, chart.x)) : label(at(row, chart.x))), drawing, el("span", { class: "value" }, worded(chart, row, one.field, currency)));
    }),
  );
}
