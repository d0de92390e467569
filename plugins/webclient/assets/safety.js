// Report something, block somebody.

import { html, useState } from "./preact-htm.js";
import { get, post, remove } from "./api.js";
import { named, t } from "./strings.js";
import { Act, Choice, Dialog, Field, Form, Icon, Loaded, tell, useLoad } from "./ui.js";

/** A button that opens the report of a thing: `kind` is one of `GET /v1/reports/kinds`. */
export function Report({ kind, id }) {
  const [open, setOpen] = useState(false);
  return html`
    <button type="button" class="link" onClick=${() => setOpen(true)}><${Icon} name="flag" />${t("Report")}</button>
    ${open && html`<${Dialog} title=${t("Report this")} close=${() => setOpen(false)}><${Reasons} kind=${kind} id=${id} close=${() => setOpen(false)} /></${Dialog}>`}`;
}

function Reasons({ kind, id, close }) {
  const kinds = useLoad(() => get("/v1/reports/kinds"), []);
  const send = async ({ reason, details, anonymous }) => {
    await post("/v1/reports", { kind, target_id: id, reason, details: details ?? "", anonymous: Boolean(anonymous) });
    close();
    tell(t("Thank you. Moderators will look at it."));
  };
  return html`<${Loaded} of=${kinds}>${({ reasons }) => html`
    <${Form} send=${send} submit=${t("Send the report")} id="report">
      <${Choice} label=${t("What is wrong with it?")} name="reason" options=${reasons.map((one) => [one, named(one)])} />
      <${Field} label=${t("What should moderators know?")} name="details" optional>${(control) => html`<textarea ...${control} rows="3" maxlength="2000"></textarea>`}</${Field}>
      <p class="choices"><label><input type="checkbox" name="anonymous" value="yes" /> ${t("Do not keep who I am (I am not told what came of it)")}</label></p>
    </${Form}>`}</${Loaded}>`;
}

/** Block a person, or take it back; `blocked` says how it is, `changed` is called after. */
export function Block({ id, name, blocked, changed }) {
  const [asking, setAsking] = useState(false);
  const block = async () => {
    await post("/v1/blocks", { user_id: id });
    setAsking(false);
    await changed();
    tell(t("{name} is blocked.", { name }));
  };
  const unblock = async () => {
    await remove(`/v1/blocks/${id}`);
    await changed();
    tell(t("{name} is no longer blocked.", { name }));
  };
  if (blocked) return html`<${Act} class="quiet" work=${unblock}>${t("Unblock")}</${Act}>`;
  return html`
    <button type="button" class="link" onClick=${() => setAsking(true)}>${t("Block")}</button>
    ${asking && html`<${Dialog} title=${t("Block {name}?", { name })} close=${() => setAsking(false)}>
      <p>${t("You will not see each other's listings, nor write to each other. {name} is not told.", { name })}</p>
      <p class="actions"><${Act} work=${block}>${t("Block")}</${Act}></p>
    </${Dialog}>`}`;
}
