// Chat's addresses: the list, a conversation, and the ways into one from a person, an order, a booking, a building.

import { html, useEffect } from "./preact-htm.js";
import { get, post } from "./api.js";
import { has } from "./config.js";
import { draft } from "./chat-compose.js";
import { List } from "./chat-list.js";
import { startOutbox } from "./chat-outbox.js";
import { startPresence } from "./chat-presence.js";
import { loadChats, start } from "./chat-state.js";
import { Talk } from "./chat-talk.js";
import { signedIn } from "./layout.js";
import { go, route, useTitle } from "./router.js";
import { t } from "./strings.js";
import { Act, Loaded, useLoad } from "./ui.js";

function Chats({ query }) {
  useTitle(t("Chats"));
  return html`<div class="chat"><${List} query=${query} heading="h1" /><div class="talk-pane none-chosen"><p class="hint">${t("Choose a conversation.")}</p></div></div>`;
}

const One = ({ id, user, query }) => html`<div class="chat talk"><${List} chosen=${id} /><${Talk} id=${id} user=${user} query=${query} /></div>`;

/** Find a conversation by what leads to it, and go there. */
function Way({ find }) {
  const found = useLoad(find, []);
  useTitle(t("Chats"));
  useEffect(() => {
    if (found.data) go(`/app/chat/${found.data}`, { replace: true });
  }, [found.data]);
  return html`<section class="narrow"><h1 tabindex="-1">${t("Chats")}</h1><${Loaded} of=${found.data ? {} : found}>${() => null}</${Loaded}></section>`;
}

const PATIENCE = 20; // times that a conversation opened in passing is looked for

/** Ask until it is there: the conversation of an order opens a moment after the order. */
async function patient(path) {
  for (let round = 1; ; round += 1) {
    try {
      return await get(path);
    } catch (problem) {
      if (problem.status !== 404 || round === PATIENCE) throw problem;
      await new Promise((done) => setTimeout(done, 300));
    }
  }
}

const With = ({ id, query }) => {
  const find = async () => {
    const made = await post("/v1/conversations/direct", { user_id: id });
    if (query.get("about")) draft(made.id, t("About “{title}”: ", { title: query.get("about") }));
    await loadChats().catch(() => {}); // the conversation shows without
    return made.id;
  };
  return html`<${Way} find=${find} />`;
};

const About = (path) => ({ id }) => html`<${Way} find=${async () => (await patient(`${path}/${id}`)).conversation_id} />`;

function OfBuilding({ id }) {
  const rooms = useLoad(() => get(`/v1/building-chats/${id}`), [id]);
  useTitle(t("The building's conversations"));
  return html`
    <section class="narrow">
      <h1 tabindex="-1">${t("The building's conversations")}</h1>
      <${Loaded} of=${rooms}>${({ group, announcements }) => html`<ul class="menu"><li><a href="/app/chat/${group}">${t("Talk with everybody")}</a></li><li><a href="/app/chat/${announcements}">${t("Announcements")}</a></li></ul>`}</${Loaded}>
    </section>`;
}

function Join({ token }) {
  const there = useLoad(() => get(`/v1/chat/invites/${token}`), [token]);
  useTitle(t("An invitation"));
  const join = async () => {
    const { id } = await post(`/v1/chat/invites/${token}`);
    await loadChats();
    go(`/app/chat/${id}`, { replace: true });
  };
  return html`
    <section class="narrow card-like">
      <h1 tabindex="-1">${t("An invitation")}</h1>
      <${Loaded} of=${there}>${(of) => html`<h2>${of.title}</h2>${of.description && html`<p class="words">${of.description}</p>`}<p class="actions"><${Act} work=${join}>${t("Come in")}</${Act}></p>`}</${Loaded}>
    </section>`;
}

/** Show chat's views, and follow what happens in conversations while one is signed in. */
export function chat() {
  if (!has("chat")) return;
  route("/app/chat", signedIn(Chats));
  route("/app/chat/with/:id", signedIn(With));
  route("/app/chat/join/:token", signedIn(Join));
  if (has("order_chat")) route("/app/chat/order/:id", signedIn(About("/v1/order-chats")));
  if (has("booking_chat")) route("/app/chat/booking/:id", signedIn(About("/v1/booking-chats")));
  if (has("building_chat")) route("/app/chat/building/:id", signedIn(OfBuilding));
  route("/app/chat/:id", signedIn(One));
  start();
  startOutbox();
  startPresence();
}
