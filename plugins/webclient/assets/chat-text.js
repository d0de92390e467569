// What people wrote, as elements. No text of theirs is ever given to the browser as HTML: what the server renders of
// markdown is read in a document without scripts, and only the elements named here are made of it.

import { h, html } from "./preact-htm.js";

const ELEMENTS = { P: "p", BR: "br", HR: "hr", UL: "ul", OL: "ol", LI: "li", BLOCKQUOTE: "blockquote", PRE: "pre", CODE: "code", EM: "em", STRONG: "strong", S: "s", A: "a", MARK: "mark" };
const HEADING = /^H[1-6]$/;
const SAFE = /^(https?|mailto|tel):/i;
const ADDRESS = /https?:\/\/[^\s<>"]+[^\s<>"'.,;:!?)\]}]/g;
const OUTSIDE = { target: "_blank", rel: "noopener noreferrer nofollow ugc" };

/** Make elements of HTML the server rendered: markdown, or what a search found. */
export function Rich({ source, marked = [] }) {
  const parsed = new DOMParser().parseFromString(source, "text/html");
  return [...parsed.body.childNodes].map((node) => element(node, marked));
}

function element(node, marked) {
  if (node.nodeType === Node.TEXT_NODE) return node.parentNode.closest("a, code") ? node.data : linked(node.data, marked);
  if (node.nodeType !== Node.ELEMENT_NODE) return null;
  const inner = [...node.childNodes].map((one) => element(one, marked));
  if (HEADING.test(node.nodeName)) return h("p", {}, h("strong", {}, inner));
  const name = ELEMENTS[node.nodeName];
  if (!name) return inner;
  const href = name === "a" && node.getAttribute("href");
  return h(name, href && SAFE.test(href) ? { href, ...OUTSIDE } : name === "ol" ? { start: node.getAttribute("start") } : {}, inner);
}

/** Show plain text: addresses as links, `marked` names (those mentioned) set off. */
export const Plain = ({ text, marked = [] }) => linked(text, marked);

function linked(text, marked) {
  const parts = [];
  let end = 0;
  for (const { 0: address, index } of text.matchAll(ADDRESS)) {
    parts.push(named(text.slice(end, index), marked), html`<a href=${address} ...${OUTSIDE}>${address}</a>`);
    end = index + address.length;
  }
  return [...parts, named(text.slice(end), marked)];
}

function named(text, marked) {
  for (const name of marked) {
    const at = text.indexOf(`@${name}`);
    if (at >= 0) return [named(text.slice(0, at), marked), html`<b class="mention">@${name}</b>`, named(text.slice(at + name.length + 1), marked)];
  }
  return text;
}
