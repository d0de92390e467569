// Money, times and names as people read them.

import { current } from "./session.js";
import { LANGUAGE, t } from "./strings.js";

const locale = navigator.languages.find((one) => one.startsWith(LANGUAGE)) ?? LANGUAGE;

/** Return the places after the point of a currency's amounts: 2 for EUR, 0 for JPY, 3 for KWD. */
export const digits = (currency) =>
  new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;

export const money = ({ amount, currency }) =>
  new Intl.NumberFormat(locale, { style: "currency", currency }).format(amount / 10 ** digits(currency));

/** Return what somebody wrote as an amount, in minor units; what is no amount as it is, for the API to refuse. */
export function minor(text, currency) {
  const found = /^(\d+)(?:[.,](\d+))?$/.exec(text.replace(/\s/g, ""));
  const places = digits(currency);
  if (!found || (found[2] ?? "").length > places) return text;
  return Number(found[1] + (found[2] ?? "").padEnd(places, "0"));
}

/** Return an amount as one writes it: 1999 EUR is 19.99. */
export const plain = ({ amount, currency }) => (amount / 10 ** digits(currency)).toFixed(digits(currency));

/** Return the zone times are shown in: the person's, or this device's until they choose one. */
export function zone() {
  const wished = current()?.user.preferences?.timezone;
  return wished && wished !== "UTC" ? wished : Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const dated = (options) => (moment, timeZone = zone()) => new Intl.DateTimeFormat(locale, { ...options, timeZone }).format(new Date(moment));

export const time = dated({ hour: "numeric", minute: "2-digit" });
export const day = dated({ weekday: "short", day: "numeric", month: "short" });
export const date = dated({ dateStyle: "medium" });
export const when = dated({ weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });

/** Return the calendar day of a moment, 2026-09-07. */
export const isoDay = (moment, timeZone = zone()) => new Intl.DateTimeFormat("en-CA", { timeZone }).format(new Date(moment));

export function ago(moment) {
  const seconds = (new Date(moment) - Date.now()) / 1000;
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  for (const [unit, size] of [["year", 31_557_600], ["month", 2_629_800], ["day", 86_400], ["hour", 3600], ["minute", 60]])
    if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  return t("just now");
}

export const percent = (share) => new Intl.NumberFormat(locale, { style: "percent" }).format(share);
export const number = (value, places = 0) => new Intl.NumberFormat(locale, { maximumFractionDigits: places }).format(value);
