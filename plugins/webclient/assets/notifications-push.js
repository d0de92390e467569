// Messages to this browser when the page is closed: the subscription of this device. sw.js shows them.

import { html } from "./preact-htm.js";
import { get, post, remove } from "./api.js";
import { me } from "./session.js";
import { LANGUAGE, t } from "./strings.js";
import { Act, Loaded, useLoad } from "./ui.js";

const PLACE = "stoa.push"; // whose browser this is, and the device's id: it is registered again at each start
const possible = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

async function subscription() {
  const worker = await navigator.serviceWorker.ready;
  return worker.pushManager.getSubscription();
}

async function register(made) {
  const { id } = await post("/v1/notifications/devices", { provider: "webpush", platform: "web", locale: LANGUAGE, subscription: made.toJSON() });
  localStorage.setItem(PLACE, JSON.stringify({ user: me().id, id }));
}

const known = () => JSON.parse(localStorage.getItem(PLACE) ?? "null");

async function on() {
  if ((await Notification.requestPermission()) !== "granted") throw Object.assign(new Error(), { title: t("This browser does not allow it"), detail: t("Allow notifications of this page in the browser's settings.") });
  const { application_server_key } = await get("/v1/webpush/key");
  const worker = await navigator.serviceWorker.ready;
  await register(await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: application_server_key }));
}

async function off() {
  const { id } = known() ?? {};
  if (id) await remove(`/v1/notifications/devices/${id}`).catch((problem) => {
    if (problem.status !== 404) throw problem;
  });
  await (await subscription())?.unsubscribe();
  localStorage.removeItem(PLACE);
}

/** Register this browser again, where its person wished it: the server forgets devices that do not. */
export async function renew() {
  if (!possible() || !me() || known()?.user !== me().id) return;
  const made = await subscription();
  if (made) await register(made);
}

export function Push() {
  const state = useLoad(async () => ({ on: possible() && known()?.user === me().id && Boolean(await subscription()) }), []);
  if (!possible()) return null;
  const turn = (work) => async () => {
    await work();
    await state.reload();
  };
  return html`<section class="card-like"><h2>${t("On this device")}</h2><${Loaded} of=${state}>${({ on: now }) => html`
    <p class="hint">${now ? t("You are told here, also when the page is closed.") : t("Be told here also when the page is closed.")}</p>
    <p class="actions">${now ? html`<${Act} class="quiet" work=${turn(off)}>${t("Stop")}</${Act}>` : html`<${Act} work=${turn(on)}>${t("Tell me on this device")}</${Act}>`}</p>`}</${Loaded}></section>`;
}
