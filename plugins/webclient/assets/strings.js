// Every text a person reads passes through `t`, in English; a translation is a table from these texts to its own.
//
// To add a language: `TRANSLATIONS.pt = { "Sign in": "Entrar", "{n} listings": "{n} anúncios" }`.

export const TRANSLATIONS = {};

const wished = navigator.languages.map((one) => one.split("-")[0]);
export const LANGUAGE = wished.find((one) => one === "en" || one in TRANSLATIONS) ?? "en";
const table = TRANSLATIONS[LANGUAGE] ?? {};
const plurals = new Intl.PluralRules(LANGUAGE);
document.documentElement.lang = LANGUAGE;

/** Return a text in the person's language: `t("By {name}", { name })`. */
export const t = (text, values = {}) => (table[text] ?? text).replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);

/** Return the form of a text that a number takes: `tn(n, "{n} listing", "{n} listings")`. */
export const tn = (n, one, other, values = {}) => t(plurals.select(n) === "one" ? one : other, { n, ...values });

/** Name what the API calls by a constant: a status, a kind, a next step. */
export const named = (constant) => t(NAMES[constant] ?? constant.replaceAll(/[_-]/g, " ").toLowerCase().replace(/^./, (first) => first.toUpperCase()));

const NAMES = {
  PENDING: "Waiting", CONFIRMED: "Confirmed", COMPLETED: "Completed", CANCELLED: "Cancelled", DISPUTED: "Disputed", REFUNDED: "Refunded",
  HELD: "Held for you", EXPIRED: "Expired", DECLINED: "Declined", NO_SHOW: "Nobody came", ACTIVE: "On offer", DRAFT: "Draft", SOLD: "Sold",
  DEACTIVATED: "Off the list", confirm: "Confirm", complete: "Mark as completed", cancel: "Cancel", decline: "Decline", "no-show": "Nobody came",
  request: "Book it", reschedule: "Move", publish: "Publish", sell: "Mark as sold", deactivate: "Take off the list", reactivate: "Put back on the list",
  renew: "Renew", dispute: "Dispute", buyer: "Buyer", seller: "Seller", customer: "Customer", provider: "Provider", system: "Automatically", operator: "Operator",
  place: "Placed", TENANT: "Tenant", OWNER: "Owner", STAFF: "Staff", RESIDENT: "Resident",
};
