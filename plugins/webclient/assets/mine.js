// What one offers oneself, drafts and what is over included.

import { html } from "./preact-htm.js";
import { get } from "./api.js";
import { Card } from "./market.js";
import { useTitle } from "./router.js";
import { named, t } from "./strings.js";
import { Pages } from "./ui.js";

export function Mine() {
  useTitle(t("My listings"));
  return html`
    <h1 tabindex="-1">${t("My listings")}</h1>
    <p class="actions"><a class="button" href="/app/sell">${t("Sell something")}</a></p>
    <${Pages} load=${(page) => get("/v1/listings/mine", { limit: 24, ...page })} none=${t("You offer nothing yet.")} listClass="grid" item=${(one) => html`<${Card} key=${one.id} of=${one} about=${named(one.status)} />`} />`;
}
