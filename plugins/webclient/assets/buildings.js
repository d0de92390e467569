// Find the building one lives in, and come to belong to it.

import { html, useRef, useState } from "./preact-htm.js";
import { get, post } from "./api.js";
import { choose, loadMine, useBuildings } from "./buildings-state.js";
import { has } from "./config.js";
import { ago } from "./format.js";
import { ask, go, useTitle } from "./router.js";
import { named, t } from "./strings.js";
import { Act, Choice, Field, Form, Icon, Loaded, Pages, Person, tell, useLoad } from "./ui.js";

export function Buildings({ query }) {
  const { mine } = useBuildings();
  const requests = useLoad(() => get("/v1/buildings/join-requests", { limit: 100 }), []);
  useTitle(t("Buildings"));
  const waiting = (requests.data?.items ?? []).filter((one) => one.status === "PENDING");
  return html`
    <section class="narrow">
      <h1 tabindex="-1">${t("Buildings")}</h1>
      ${mine?.length > 0 && html`<h2>${t("Mine")}</h2><ul class="rows">${mine.map((one) => html`
        <li class="lead" key=${one.id}><div><a href="/app/buildings/${one.id}">${one.name}</a><small>${one.city} · ${named(one.mine.kind)}${one.mine.unit ? ` · ${one.mine.unit}` : ""}</small></div></li>`)}</ul>`}
      ${waiting.length > 0 && html`<h2>${t("Asked")}</h2><ul class="rows">${waiting.map((one) => html`<${Request} key=${one.id} of=${one} />`)}</ul>`}
      <h2>${t("With an invitation")}</h2>
      <${Invited} />
      <h2>${t("Find yours")}</h2>
      <${Find} q=${query.get("q") ?? ""} known=${new Set([...(mine ?? []).map((one) => one.id), ...waiting.map((one) => one.building_id)])} asked=${requests.reload} />
    </section>`;
}

const Request = ({ of }) => html`<li><div>${t("As {kind}, {unit}", { kind: named(of.kind), unit: of.unit || "–" })}<small>${ago(of.created_at)} · ${t("waits for an admin of the building")}</small></div></li>`;

function Invited() {
  const send = async ({ code }) => {
    const building = await post("/v1/buildings/invitations/accept", { code });
    await loadMine();
    choose(building.id);
    tell(t("Welcome to {name}.", { name: building.name }));
    go("/app");
  };
  return html`<${Form} send=${send} submit=${t("Come in")} id="invitation"><${Field} label=${t("Code from an admin of the building")} name="code" autocomplete="off" /></${Form}>`;
}

function Find({ q, known, asked }) {
  const field = useRef(null);
  const search = (event) => {
    event.preventDefault();
    ask({ q: field.current.value.trim() });
  };
  return html`
    <form role="search" class="search" onSubmit=${search}><label class="unseen" for="bq">${t("Name or city of the building")}</label><input id="bq" ref=${field} type="search" defaultValue=${q} placeholder=${t("Name or city")} /><button aria-label=${t("Search")}><${Icon} name="search" /></button></form>
    <${Pages} load=${(page) => get("/v1/buildings", { q, ...page })} inputs=${[q]} none=${t("No building of that name is here.")} item=${(one) => html`<${Found} key=${one.id} of=${one} known=${known.has(one.id)} asked=${asked} />`} />`;
}

function Found({ of, known, asked }) {
  const [open, setOpen] = useState(false);
  const send = async ({ kind, unit, message }) => {
    const made = await post(`/v1/buildings/${of.id}/join-requests`, { kind, unit: unit ?? "", message: message ?? "" });
    setOpen(false);
    if (made.status === "APPROVED") await loadMine();
    tell(made.status === "APPROVED" ? t("Welcome to {name}.", { name: of.name }) : t("An admin of the building will answer."));
    await asked();
  };
  return html`
    <li><div>${of.name}${of.verified && html` <${Icon} name="check" label=${t("Verified")} />`}<small>${[of.city, of.country].filter(Boolean).join(", ")}</small></div>
      ${!known && !open && html`<button type="button" class="quiet" onClick=${() => setOpen(true)}>${t("I live here")}</button>`}
      ${open && html`<${Form} send=${send} submit=${t("Ask to join")} class="whole">
        <${Choice} label=${t("I am")} name="kind" value="TENANT" options=${["TENANT", "OWNER", "RESIDENT", "STAFF"].map((one) => [one, named(one)])} />
        <${Field} label=${t("The number at your door")} name="unit" optional />
        <${Field} label=${t("A word to the admins")} name="message" optional>${(control) => html`<textarea ...${control} rows="2"></textarea>`}</${Field}>
      </${Form}>`}
    </li>`;
}

export function Building({ id }) {
  const building = useLoad(() => get(`/v1/buildings/${id}`), [id]);
  useTitle(building.data?.name ?? t("Building"));
  const leave = async () => {
    await post(`/v1/buildings/${id}/leave`);
    await loadMine();
    go("/app/buildings");
  };
  return html`<section class="narrow"><${Loaded} of=${building}>${(of) => html`
    <h1 tabindex="-1">${of.name}</h1>
    <p>${[of.street, of.postal_code, of.city].filter(Boolean).join(", ")}</p>
    ${of.description && html`<p class="words">${of.description}</p>`}
    <p class="quietly">${has("chat", "building_chat") && html`<a href="/app/chat/building/${id}"><${Icon} name="chat" />${t("The building's conversations")}</a>`}</p>
    ${has("verification") && of.mine && html`<p>${of.mine.verified ? html`<span class="good">${t("It is verified that you live here.")}</span>` : html`<a href="/app/verification?building=${id}">${t("Have it verified that you live here")}</a>`}</p>`}
    <h2>${t("Neighbours")}</h2>
    <${Pages} load=${(page) => get(`/v1/buildings/${id}/members`, { limit: 50, ...page })} none=${t("Nobody yet.")} item=${(one) => html`<li key=${one.user_id}><${Person} of=${one.user} about=${one.admin ? t("Admin") : named(one.kind)} /></li>`} />
    <p class="actions"><${Act} class="quiet" work=${leave}>${t("I moved out")}</${Act}></p>`}</${Loaded}></section>`;
}
