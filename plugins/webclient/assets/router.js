// Addresses and views, over the History API: links, reload, back and forward show what the address says.

import { html, useEffect, useLayoutEffect, useRef, useState } from "./preact-htm.js";
import { HOME, NAME } from "./config.js";
import { store, useStore } from "./store.js";
import { t } from "./strings.js";

const routes = [];
const read = () => ({ path: location.pathname.replace(/\/+$/, "") || HOME, query: new URLSearchParams(location.search), scroll: history.state?.scroll ?? 0 });

/** Where one is: `path`, `query`, how far it was scrolled when it was left, and whether one came by a link (`moved`). */
export const place = store(read());

history.scrollRestoration = "manual"; // lists come after the page: the view says when it can be scrolled

/** Show a component at `/app/orders/:id`. Ids and tokens are words: what a link has in their place beside that, such as
 * `..%2F`, would lead a call elsewhere. */
export function route(pattern, component) {
  const names = [];
  const regex = new RegExp(`^${pattern.replace(/:(\w+)/g, (_, name) => (names.push(name), "([\\w-]+)"))}$`);
  routes.push({ regex, names, component });
}

function remember() {
  history.replaceState({ ...history.state, scroll: scrollY }, "");
}

/** Go to an address below `/app`. */
export function go(url, { replace = false } = {}) {
  if (!replace) remember();
  history[replace ? "replaceState" : "pushState"]({}, "", url);
  place.set({ ...read(), moved: true });
  if (!replace) scrollTo(0, 0);
}

/** Change the query only: `ask({ q: "lamp" })`; null removes. */
export function ask(changes, { replace = false } = {}) {
  const query = new URLSearchParams(location.search);
  for (const [key, value] of Object.entries(changes)) value ? query.set(key, value) : query.delete(key);
  go(query.size ? `${location.pathname}?${query}` : location.pathname, { replace });
}

export const back = () => (history.length > 1 ? history.back() : go(HOME));

addEventListener("popstate", () => place.set(read()));
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const plain = !event.defaultPrevented && event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !plain || link.target || link.origin !== location.origin || !(link.pathname === HOME || link.pathname.startsWith(`${HOME}/`))) return;
  if (link.hash && link.pathname === location.pathname) return; // within the page
  event.preventDefault();
  go(link.pathname + link.search);
});

/** Show the view of the address. */
export function Views({ unknown }) {
  const here = useStore(place);
  for (const { regex, names, component } of routes) {
    const found = regex.exec(here.path);
    if (!found) continue;
    const params = Object.fromEntries(names.map((name, index) => [name, found[index + 1]]));
    return html`<${component} key=${here.path} ...${params} query=${here.query} />`;
  }
  return html`<${unknown} />`;
}

/** Name the page: in the window's title, and to who listens, whose focus moves to its heading. */
export function useTitle(text) {
  useLayoutEffect(() => {
    document.title = text ? `${text} · ${NAME}` : NAME;
  }, [text]);
  const shown = useRef(false);
  useEffect(() => {
    const lost = document.activeElement === document.body; // what was pressed has gone, and the heading came later than the view
    if (place.get().moved && (!shown.current || lost)) document.querySelector("main h1")?.focus({ preventScroll: true });
    shown.current = true;
  }, [text]);
}

/** Scroll to where one was, once what was there is there again. */
export function useReturn(ready) {
  const [done, set] = useState(false);
  useLayoutEffect(() => {
    if (!ready || done) return;
    set(true);
    if (place.get().scroll) scrollTo(0, place.get().scroll);
  }, [ready]);
}

export const Unknown = () => {
  useTitle(t("Not found"));
  return html`<section class="narrow"><h1 tabindex="-1">${t("There is nothing here")}</h1><p><a href=${HOME}>${t("To the market")}</a></p></section>`;
};
