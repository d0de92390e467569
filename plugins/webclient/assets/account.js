// Oneself: the profile, the devices signed in, the way out.

import { html } from "./preact-htm.js";
import { get, patch, post, remove, upload, processed } from "./api.js";
import { HOME, has } from "./config.js";
import { ago } from "./format.js";
import { Install } from "./install.js";
import { go, useTitle } from "./router.js";
import { end, know } from "./session.js";
import { t } from "./strings.js";
import { Act, Choice, Field, Form, Loaded, Person, tell, useLoad } from "./ui.js";

export function Account({ user }) {
  useTitle(t("Me"));
  const leave = async () => {
    await post("/v1/auth/logout").catch((problem) => {
      if (problem.status !== 401) throw problem;
    });
    end();
    go(HOME);
  };
  const links = [
    ["/app/mine", t("My listings"), true],
    ["/app/orders?as=seller", t("What I sold"), has("orders")],
    ["/app/bookings?as=provider", t("Booked with me"), has("bookings")],
    ["/app/buildings", t("My buildings"), has("buildings")],
    ["/app/wallet", t("Wallet and payment methods"), has("payments")],
    ["/app/plans", t("Plans"), has("subscriptions")],
    ["/app/verification", t("Verification"), has("verification")],
    ["/app/account/profile", t("Profile, language and time zone"), true],
    ["/app/notifications/settings", t("What I am told"), has("notifications")],
    ["/app/account/devices", t("Devices signed in"), true],
    ["/app/account/second", t("Second factor"), true],
  ];
  return html`
    <section class="narrow">
      <h1 tabindex="-1">${t("Me")}</h1>
      <${Person} of=${{ ...user, verified: user.email_verified }} about=${user.email} />
      <ul class="menu">${links.filter(([, , there]) => there).map(([to, text]) => html`<li><a href=${to}>${text}</a></li>`)}</ul>
      <${Install} />
      <p class="actions"><${Act} class="quiet" work=${leave}>${t("Sign out")}</${Act}></p>
    </section>`;
}

export function Profile({ user }) {
  useTitle(t("Profile"));
  const zones = Intl.supportedValuesOf("timeZone");
  const chosen = user.preferences.timezone;
  const send = async ({ name, bio, timezone, photo }) => {
    const body = { name: name ?? "", bio: bio ?? "", preferences: { timezone } };
    if (photo?.size) {
      const medium = await processed(await upload(photo));
      await patch(`/v1/media/${medium.id}`, { keep: true });
      body.avatar_url = medium.thumbnail_url;
    }
    know(await patch("/v1/auth/profile", body));
    tell(t("Kept."));
    go("/app/account");
  };
  return html`
    <section class="narrow card-like">
      <h1 tabindex="-1">${t("Profile")}</h1>
      <${Form} send=${send} submit=${t("Keep")}>
        <${Field} label=${t("Name")} name="name" defaultValue=${user.name} maxlength="100" autocomplete="name" />
        <${Field} label=${t("Photograph")} name="photo" pointer="/avatar_url" type="file" accept="image/*" optional />
        <${Field} label=${t("About you")} name="bio" optional>${(control) => html`<textarea ...${control} rows="3" defaultValue=${user.bio}></textarea>`}</${Field}>
        <${Choice} label=${t("Time zone")} name="timezone" pointer="/preferences/timezone" value=${chosen} options=${(zones.includes(chosen) ? zones : [chosen, ...zones]).map((one) => [one, one.replaceAll("_", " ")])} />
      </${Form}>
    </section>`;
}

export function Devices() {
  useTitle(t("Devices signed in"));
  const devices = useLoad(() => get("/v1/auth/sessions"), []);
  const out = (one) => async () => {
    await remove(`/v1/auth/sessions/${one.id}`);
    await devices.reload();
  };
  return html`
    <section class="narrow">
      <h1 tabindex="-1">${t("Devices signed in")}</h1>
      <${Loaded} of=${devices}>${({ items }) => html`
        <ul class="rows">${items.map((one) => html`
          <li key=${one.id}><div>${one.device || t("A device")}<small>${one.ip} · ${t("used {ago}", { ago: ago(one.last_used_at) })}</small></div>
          ${one.current ? html`<span class="good">${t("This one")}</span>` : html`<${Act} class="quiet" aria-label=${t("Sign out {device}", { device: one.device || t("A device") })} work=${out(one)}>${t("Sign out")}</${Act}>`}</li>`)}
        </ul>`}</${Loaded}>
    </section>`;
}
