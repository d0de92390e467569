// What the page was served with: the product's name, the plugins that run, what is paid with.

const said = document.documentElement.dataset;

export const NAME = said.name;
export const HOME = "/app";
export const CURRENCIES = said.currencies.split(" ");
export const MAILBOX = "mailbox" in said; // a development server shows what it would have sent
export const BASE = said.base;

const plugins = new Set(said.plugins.split(" "));

/** Tell whether a plugin runs on this server; the parts of one that does not are not shown. */
export const has = (...names) => names.every((name) => plugins.has(name));
