// What surrounds every view: the bar at the top, the tabs below it on a phone, the notices between.

import { html } from "./preact-htm.js";
import { BASE, HOME, MAILBOX, NAME, has } from "./config.js";
import { Notices } from "./install.js";
import { Unknown, Views, go, place } from "./router.js";
import { post } from "./api.js";
import { session } from "./session.js";
import { badges, useStore } from "./store.js";
import { t, tn } from "./strings.js";
import { Act, Icon, Told, tell } from "./ui.js";

const TABS = [
  [HOME, "market", () => t("Market"), () => true],
  ["/app/orders", "bag", () => t("Orders"), () => has("orders")],
  ["/app/bookings", "calendar", () => t("Bookings"), () => has("bookings")],
  ["/app/chat", "chat", () => t("Chats"), () => has("chat")],
  ["/app/notifications", "bell", () => t("News"), () => has("notifications")],
  ["/app/account", "me", () => t("Me"), () => true],
];

const shown = (path) => TABS.map(([tab]) => tab).findLast((tab) => path === tab || (tab !== HOME && path.startsWith(tab))) ?? (path.startsWith("/app/listings") ? HOME : null);

function Tab({ to, icon, text, here, count }) {
  return html`
    <li><a href=${to} class="tab" aria-current=${here ? "page" : null}>
      <${Icon} name=${icon} /><span>${text}</span>
      ${count > 0 && html`<span class="badge">${count > 99 ? "99+" : count}<span class="unseen"> ${tn(count, "unread", "unread")}</span></span>`}
    </a></li>`;
}

function Top({ now, path }) {
  const counts = useStore(badges);
  const here = shown(path);
  return html`
    <header class="top">
      <a class="brand" href=${HOME}><img src="${BASE}/icon.svg" width="32" height="32" alt="" />${NAME}</a>
      <nav class="tabs" aria-label=${t("Main")}>
        ${now && html`<ul>${TABS.filter(([, , , there]) => there()).map(([to, icon, text]) => html`<${Tab} key=${to} to=${to} icon=${icon} text=${text()} here=${here === to} count=${counts[icon]} />`)}</ul>`}
      </nav>
      <div class="account">
        ${now
          ? html`<a class="button" href="/app/sell"><${Icon} name="plus" />${t("Sell")}</a>`
          : html`<a class="button quiet" href="/app/sign-in">${t("Sign in")}</a><a class="button" href="/app/register">${t("Register")}</a>`}
      </div>
    </header>`;
}

function Unverified({ user }) {
  const again = async () => {
    await post("/v1/auth/verify-email/request");
    tell(t("The link is on its way."));
  };
  return html`
    <aside class="notice" aria-label=${t("Your address")}>
      <span>${t("Follow the link we sent to {email}, and you can buy and sell.", { email: user.email })}</span>
      ${MAILBOX && html`<a href="/_mailbox?to=${encodeURIComponent(user.email)}" target="_blank" rel="noopener">${t("Open the mailbox")}</a>`}
      <${Act} class="link" work=${again}>${t("Send it again")}</${Act}>
    </aside>`;
}

export function Layout() {
  const now = useStore(session);
  const { path } = useStore(place);
  const waiting = now && now.user.email && !now.user.email_verified;
  return html`
    <a class="skip" href="#content" onClick=${(event) => (event.preventDefault(), document.querySelector("main").focus())}>${t("Skip to the content")}</a>
    <${Top} now=${now} path=${path} />
    <${Notices} />
    ${waiting && html`<${Unverified} user=${now.user} />`}
    <main id="content" tabindex="-1"><${Views} unknown=${Unknown} /></main>
    <${Told} />`;
}

/** Show a view to who is signed in; others sign in first and come back. */
export const signedIn = (View) =>
  function Signed(props) {
    const now = useStore(session);
    if (now) return html`<${View} ...${props} user=${now.user} />`;
    queueMicrotask(() => !session.get() && go(`/app/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`, { replace: true }));
    return null;
  };
