// What one is told: the bell's number, live; the list; what is told, when, and on which device.

import { html, useEffect, useState } from "./preact-htm.js";
import { get, patch, post, put } from "./api.js";
import { has } from "./config.js";
import { ago } from "./format.js";
import { signedIn } from "./layout.js";
import { Push, renew } from "./notifications-push.js";
import { own } from "./chat-presence.js";
import { go, route, useTitle } from "./router.js";
import { me, session } from "./session.js";
import { listen } from "./sockets.js";
import { badges, store, useStore } from "./store.js";
import { t } from "./strings.js";
import { Act, Choice, Field, Form, Loaded, Pages, tell, useLoad } from "./ui.js";

const news = store(0); // grows with whatever changes the list

async function count() {
  if (!me()) return;
  const { unread } = await get("/v1/notifications/unread");
  badges.set((all) => ({ ...all, bell: unread }));
}

const again = () => count().catch(() => {}); // the next event or sight asks anew

function heard() {
  news.set((n) => n + 1);
  again();
}

let whose = null;
let end = () => {};

function begin() {
  const id = me()?.id ?? null;
  if (id === whose) return;
  whose = id;
  end();
  badges.set((all) => ({ ...all, bell: 0 }));
  if (!id) return;
  end = listen("/notifications", heard);
  again();
}

/** Where a notification leads in this client, as far as it has the page. */
export function leads({ url, data }) {
  const { origin, pathname, search } = new URL(url || "/", location.origin);
  if (origin === location.origin && pathname.startsWith("/app")) return pathname + search;
  const found = WAYS.find(([key, , plugin]) => data[key] && has(plugin));
  if (found) return found[1] + data[found[0]];
  const [, kind, id] = /^\/v1\/(orders|bookings|listings|conversations|buildings|verifications)\/([0-9a-f-]{36})/.exec(pathname) ?? [];
  return kind ? `/app/${{ conversations: "chat", verifications: "verification" }[kind] ?? kind}/${id}` : null;
}

const WAYS = [["conversation_id", "/app/chat/", "chat"], ["order_id", "/app/orders/", "orders"], ["booking_id", "/app/bookings/", "bookings"]];

/** Go where a notification leads, and mark it as read. */
async function follow(id) {
  const of = await patch(`/v1/notifications/${encodeURIComponent(id)}`, { read: true });
  go(leads(of) ?? "/app/notifications", { replace: true });
  heard();
}

function News({ query }) {
  useTitle(t("News"));
  useEffect(() => {
    if (query.has("open")) follow(query.get("open")).catch(() => go("/app/notifications", { replace: true })); // it is gone
  }, []);
  const round = useStore(news);
  const unread = useStore(badges).bell > 0;
  const all = async () => {
    await post("/v1/notifications/read", {});
    heard();
  };
  return html`
    <section class="narrow">
      <h1 tabindex="-1">${t("News")}</h1>
      <p class="actions">${unread && html`<${Act} class="quiet" work=${all}>${t("Mark all as read")}</${Act}>`}<a class="button quiet" href="/app/notifications/settings">${t("What I am told")}</a></p>
      <${Pages} load=${(page) => get("/v1/notifications", { limit: 30, ...page })} inputs=${[round]} none=${t("Nothing new. What happens to your orders and listings is told here.")} listClass="rows news-list" label=${t("Notifications")} item=${(one) => html`<${One} key=${one.id} of=${one} />`} />
    </section>`;
}

function One({ of }) {
  const to = leads(of);
  const seen = async () => {
    await patch(`/v1/notifications/${of.id}`, { read: true });
    again();
  };
  const opened = (event) => {
    if (event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    if (!of.read_at) seen().then(() => news.set((n) => n + 1), () => {}); // it stays unread
    go(to);
  };
  return html`
    <li class=${of.read_at ? "lead" : "lead unread"}>
      <div>${to ? html`<a href=${to} onClick=${opened}>${of.title}</a>` : html`<strong>${of.title}</strong>`}${!of.read_at && html`<span class="unseen"> ${t("unread")}</span>`}<p>${of.body}</p><small>${ago(of.created_at)}</small></div>
      ${!of.read_at && !to && html`<${Act} class="quiet" work=${async () => (await seen(), heard())}>${t("Read")}</${Act}>`}
    </li>`;
}

const CHANNELS = { in_app: () => t("Here"), email: () => t("E-mail"), sms: () => t("SMS"), push: () => t("Push") };

function Settings() {
  useTitle(t("What I am told"));
  const wishes = useLoad(() => get("/v1/notifications/preferences"), []);
  return html`
    <section class="narrow">
      <h1 tabindex="-1">${t("What I am told")}</h1>
      ${has("presence") && html`<${Undisturbed} />`}
      ${has("webpush") && html`<${Push} />`}
      <${Loaded} of=${wishes}>${(known) => html`<${Wishes} key=${known.version} of=${known} set=${wishes.set} />`}</${Loaded}>
    </section>`;
}

function Undisturbed() {
  const mine = useLoad(async () => own.get() ?? (await get("/v1/presence/me")), []);
  const live = useStore(own);
  const now = live ?? mine.data;
  const turn = (status) => async () => {
    own.set(await put("/v1/presence/me", { status }));
  };
  return html`<section class="card-like"><h2>${t("Do not disturb")}</h2><${Loaded} of=${{ ...mine, data: now }}>${({ status }) => html`
    <p class="hint">${status === "dnd" ? t("Nothing is pushed to your devices. News is listed here all the same.") : t("Others see that you do not want to be disturbed, and nothing is pushed to your devices.")}</p>
    <p class="actions">${status === "dnd" ? html`<${Act} work=${turn("online")}>${t("I can be disturbed again")}</${Act}>` : html`<${Act} class="quiet" work=${turn("dnd")}>${t("Do not disturb me")}</${Act}>`}</p>`}</${Loaded}></section>`;
}

function Wishes({ of, set }) {
  const optional = of.types.filter((one) => !one.mandatory);
  const channels = Object.keys(CHANNELS).filter((channel) => optional.some((one) => one.channels.includes(channel)));
  const [quiet, setQuiet] = useState(Boolean(of.quiet_hours));
  const send = async (values, form) => {
    const chosen = new FormData(form);
    const on = (one) => Object.fromEntries(one.channels.map((channel) => [channel, chosen.has(`${one.type} ${channel}`)]));
    const body = {
      channels: Object.fromEntries(optional.map((one) => [one.type, on(one)])),
      quiet_hours: quiet ? { start: values.start, end: values.end } : null,
      digest: { frequency: values.frequency, hour: of.digest.hour },
    };
    set(await put("/v1/notifications/preferences", body, of.etag));
    tell(t("Kept."));
  };
  return html`
    <${Form} send=${send} submit=${t("Keep")} id="wishes">
      <table class="kinds">
        <caption class="unseen">${t("What is told where")}</caption>
        <thead><tr><th scope="col">${t("What")}</th>${channels.map((channel) => html`<th key=${channel} scope="col">${CHANNELS[channel]()}</th>`)}</tr></thead>
        <tbody>${optional.map((one) => html`
          <tr key=${one.type}><th scope="row">${one.title}${one.summary && html`<small>${one.summary}</small>`}</th>${channels.map((channel) => html`
            <td key=${channel}>${one.channels.includes(channel) && html`<label><span class="unseen">${one.title}: ${CHANNELS[channel]()}</span><input type="checkbox" name="${one.type} ${channel}" defaultChecked=${of.channels[one.type]?.[channel] ?? true} /></label>`}</td>`)}</tr>`)}
        </tbody>
      </table>
      <p class="hint">${t("What you asked for and what concerns your account's safety is always told.")}</p>
      <fieldset class="choices"><label><input type="checkbox" checked=${quiet} onChange=${(event) => setQuiet(event.target.checked)} /> ${t("Quiet hours: nothing is sent then")}</label></fieldset>
      ${quiet && html`<div class="pair"><${Field} label=${t("From")} name="start" pointer="/quiet_hours/start" type="time" defaultValue=${of.quiet_hours?.start ?? "22:00"} /><${Field} label=${t("To")} name="end" pointer="/quiet_hours/end" type="time" defaultValue=${of.quiet_hours?.end ?? "07:00"} /></div>`}
      <${Choice} label=${t("E-mail together")} name="frequency" pointer="/digest/frequency" value=${of.digest.frequency} options=${[["off", t("No: each by itself")], ["hourly", t("Every hour")], ["daily", t("Once a day")]]} />
    </${Form}>`;
}

/** Show the views, and keep the bell's number while one is signed in. */
export function notifications() {
  if (!has("notifications")) return;
  route("/app/notifications", signedIn(News));
  route("/app/notifications/settings", signedIn(Settings));
  session.follow(begin);
  begin();
  navigator.serviceWorker?.addEventListener("message", ({ data }) => data.lead && follow(data.lead).catch(() => {})); // it is gone
  if (has("webpush")) renew().catch(() => {}); // the next start tries again
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && again());
}

