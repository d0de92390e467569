// The papers of a sale: its invoice and what was credited, as PDF.

import { html } from "./preact-htm.js";
import { download, get, post } from "./api.js";
import { t } from "./strings.js";
import { Act, useLoad, words } from "./ui.js";

const SOLD = new Set(["CONFIRMED", "COMPLETED"]);

/** Buttons for the papers of an order or a booking, oldest first; one that is not issued yet is asked for when pressed. */
export function Papers({ of, kind, bought }) {
  const ref = `${kind}:${of.id}`;
  const papers = useLoad(() => get("/v1/invoices", { as: bought ? "buyer" : "seller", ref }), [ref, of.status]);
  if (papers.problem) return html`<p class="fault" role="alert">${words(papers.problem)}</p>`;
  const items = [...(papers.data?.items ?? [])].reverse();
  const fetched = (one) => download(`/v1/invoices/${one.id}/document.pdf`);
  const asked = async () => {
    await fetched(await post("/v1/invoices", { ref }));
    await papers.reload();
  };
  const due = papers.data && !items.length && SOLD.has(of.status);
  if (!items.length && !due) return null;
  return html`
    <p class="actions papers">
      ${due && html`<${Act} class="quiet" work=${asked}>${t("Invoice (PDF)")}</${Act}>`}
      ${items.map((one) => html`<${Act} key=${one.id} class="quiet" title=${one.number} work=${() => fetched(one)}>${one.kind === "invoice" ? t("Invoice (PDF)") : t("Credit note (PDF)")}</${Act}>`)}
    </p>`;
}
