// When a service can be booked: how long, and between which hours of the week, in the provider's zone.

import { html, useState } from "./preact-htm.js";
import { get, patch, post } from "./api.js";
import { zone } from "./format.js";
import { go, useTitle } from "./router.js";
import { LANGUAGE, t } from "./strings.js";
import { Field, Form, Loaded, tell, useLoad } from "./ui.js";

const MONDAY = Date.UTC(2026, 5, 1); // any Monday: its week names the days
const names = Array.from({ length: 7 }, (_, n) => new Intl.DateTimeFormat(LANGUAGE, { weekday: "long", timeZone: "UTC" }).format(MONDAY + n * 86_400_000));
const clock = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
const minutes = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

/** Find what is set up for a listing among one's own, page by page. */
async function resource(ref) {
  for (let cursor = null; ; ) {
    const page = await get("/v1/bookings/resources", { limit: 100, cursor });
    const found = page.items.find((one) => one.ref === ref);
    if (found) return get(`/v1/bookings/resources/${found.id}`);
    if (!page.next) return null;
    cursor = page.next;
  }
}

export function Hours({ id }) {
  const ref = `listing:${id}`;
  const found = useLoad(() => resource(ref), [id]);
  useTitle(t("When it can be booked"));
  return html`<section class="narrow card-like"><h1 tabindex="-1">${t("When it can be booked")}</h1><${Loaded} of=${found}>${(known) => html`<${Week} id=${id} reference=${ref} known=${known} />`}</${Loaded}></section>`;
}

function Week({ id, reference, known }) {
  const [open, setOpen] = useState(() => names.map((_, n) => known?.hours.find((one) => one.weekday === n) ?? (known || n > 4 ? null : { weekday: n, start: 540, end: 1020 })));
  const change = (n, next) => setOpen(open.map((one, at) => (at === n ? next : one)));
  const send = async ({ duration, notice, auto }) => {
    const hours = open.filter(Boolean).map(({ weekday, start, end }) => ({ weekday, start, end }));
    const body = { timezone: known?.timezone ?? zone(), duration: Number(duration), step: Math.min(Number(duration), 30), cancel_notice: Number(notice) * 60, auto_confirm: Boolean(auto), hours };
    if (known) await patch(`/v1/bookings/resources/${known.id}`, body, known.etag);
    else await post("/v1/bookings/resources", { ref: reference, ...body });
    tell(t("It can be booked."));
    go(`/app/listings/${id}`);
  };
  return html`
    <${Form} send=${send} submit=${t("Keep")} id="hours">
      <${Field} label=${t("Minutes a booking lasts")} name="duration" type="number" min="5" max="1440" step="5" defaultValue=${known?.duration ?? 60} />
      <${Field} label=${t("Hours before which a customer may still cancel")} name="notice" pointer="/cancel_notice" type="number" min="0" defaultValue=${(known?.cancel_notice ?? 1440) / 60} />
      <fieldset class="week" data-pointer="/hours"><legend>${t("Hours, {zone}", { zone: (known?.timezone ?? zone()).replaceAll("_", " ") })}</legend>
        ${open.map((one, n) => html`
          <div key=${n}>
            <label><input type="checkbox" checked=${Boolean(one)} onChange=${({ target }) => change(n, target.checked ? { weekday: n, start: 540, end: 1020 } : null)} /> ${names[n]}</label>
            ${one && html`<span><input type="time" aria-label=${t("{day} from", { day: names[n] })} value=${clock(one.start)} onChange=${({ target }) => change(n, { ...one, start: minutes(target.value) })} /> – <input type="time" aria-label=${t("{day} to", { day: names[n] })} value=${clock(one.end)} onChange=${({ target }) => change(n, { ...one, end: minutes(target.value) })} /></span>`}
          </div>`)}
      </fieldset>
      <p class="choices"><label><input type="checkbox" name="auto" value="yes" defaultChecked=${known?.auto_confirm ?? true} /> ${t("Confirm bookings at once, without asking me")}</label></p>
    </${Form}>`;
}
