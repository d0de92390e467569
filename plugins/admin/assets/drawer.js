// A row opened: all that is told of it, what belongs to it, and what can be done.

import { call } from "./api.js";
import { ask, el, told } from "./dom.js";
import { buttons } from "./actions.js";
import { at, people, plain, terms } from "./format.js";
import { placed } from "./list.js";
import { downloads } from "./report.js";

/** Open a row at the side; `changed` is called when something was done. */
export function drawer(page, row, shell, changed) {
  const title = plain(at(row, page.columns[0].field));
  return ask(/^\d{4}-/.test(title) ? page.title : title, ({ close, heading, faults }) => {
    const done = () => {
      close();
      changed();
    };
    const acts = [...buttons(page.actions.filter((one) => !one.alone), row, shell, done), ...downloads(page, row, shell)];
    const parts = page.details.length ? page.details.map((one) => part(page, one, row, shell)) : [terms(row, page.people)];
    const body = el("div", { class: "parts" }, parts);
    people(body);
    return el(
      "div",
      { class: "sheet" },
      el("p", { class: "head" }, el("span", { class: "hint" }, page.title), el("button", { type: "button", class: "quiet", onclick: () => close() }, "Close")),
      heading,
      faults,
      acts.length ? el("p", { class: "actions" }, acts) : null,
      body,
    );
  }, { side: true });
}

function part(page, { title, path }, row, shell) {
  const body = el("div", {}, el("p", { class: "hint" }, "Loading…"));
  call("GET", placed(path, row, shell.scope), {})
    .then((found) => {
      const items = found.items;
      const inner = items ? (items.length ? el("ol", { class: "inner" }, items.map((one) => el("li", {}, terms(one, page.people)))) : el("p", { class: "hint" }, "None.")) : terms(found, page.people);
      body.replaceChildren(inner);
      return people(body);
    })
    .catch((problem) => body.replaceChildren(el("p", { class: "fault" }, told(problem))));
  return el("section", {}, el("h3", {}, title), body);
}
