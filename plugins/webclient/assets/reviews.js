// Reviews: reading those about somebody or something, writing one's own, answering.

import { html, useState } from "./preact-htm.js";
import { get, post, processed, remove, upload } from "./api.js";
import { ago } from "./format.js";
import { session } from "./session.js";
import { useStore } from "./store.js";
import { t, tn } from "./strings.js";
import { Report } from "./safety.js";
import { has } from "./config.js";
import { Act, Field, Form, Pages, Person, Stars, tell } from "./ui.js";

const MOST = 5; // photographs of a review

/** List reviews: of a person (`subject`) or of a listing's sales (`about`). */
export const Reviews = ({ subject, about, role }) => html`
  <${Pages} load=${(page) => get("/v1/reviews", { subject, about, role, limit: 10, ...page })} inputs=${[subject, about, role]} none=${t("Nobody has written one yet.")}
    item=${(one, reload) => html`<${Review} key=${one.id} of=${one} reload=${reload} />`} />`;

function Review({ of, reload }) {
  const user = useStore(session)?.user;
  const [answering, setAnswering] = useState(false);
  const answer = async ({ text }) => {
    await post(`/v1/reviews/${of.id}/response`, { text: text ?? "" });
    setAnswering(false);
    await reload();
  };
  const away = async () => {
    await remove(`/v1/reviews/${of.id}`);
    await reload();
  };
  return html`
    <li class="review">
      <p><${Stars} of=${of.rating} /> <small>${ago(of.created_at)}${of.title ? ` · ${of.title}` : ""}</small></p>
      ${of.text && html`<p class="words">${of.text}</p>`}
      ${of.gallery.length > 0 && html`<p class="strip">${of.gallery.map((each) => html`<a href=${each.url} target="_blank" rel="noopener"><img src=${each.thumbnail_url || each.url} alt=${t("Photograph of the review")} width="64" height="64" /></a>`)}</p>`}
      ${of.reviewer && html`<${Person} of=${of.reviewer} />`}
      ${of.response && html`<blockquote><p class="words">${of.response}</p></blockquote>`}
      <p class="quietly">
        ${of.allowed.includes("respond") && !answering && html`<button type="button" class="link" onClick=${() => setAnswering(true)}>${t("Answer")}</button>`}
        ${of.allowed.includes("delete") && html`<${Act} class="link" work=${away}>${t("Delete")}</${Act}>`}
        ${has("moderation") && user && user.id !== of.reviewer?.id && html`<${Report} kind="review" id=${of.id} />`}
      </p>
      ${answering && html`<${Form} send=${answer} submit=${t("Answer")}><${Field} label=${t("Your answer")} name="text">${(control) => html`<textarea ...${control} rows="3"></textarea>`}</${Field}></${Form}>`}
    </li>`;
}

/** Write about a completed transaction: `order:<id>`, `booking:<id>`. */
export function Write({ of, written }) {
  const send = async ({ rating, text }, form) => {
    const files = [...form.elements.photos.files].slice(0, MOST);
    const media = await Promise.all(files.map(async (file) => (await processed(await upload(file))).id));
    await post("/v1/reviews", { ref: of, rating: rating ? Number(rating) : null, text: text ?? "", media_ids: media });
    tell(t("Thank you."));
    await written();
  };
  return html`
    <${Form} send=${send} submit=${t("Send the review")} id="review">
      <fieldset class="rating" data-pointer="/rating"><legend>${t("How was it?")}</legend>
        <div>${[5, 4, 3, 2, 1].map((n) => html`<input type="radio" name="rating" id="stars-${n}" value=${n} defaultChecked=${n === 5} /><label for="stars-${n}"><span aria-hidden="true">★</span><span class="unseen">${tn(n, "{n} star", "{n} stars")}</span></label>`)}</div>
      </fieldset>
      <${Field} label=${t("In your words")} name="text" optional>${(control) => html`<textarea ...${control} rows="3" maxlength="2000"></textarea>`}</${Field}>
      <${Field} label=${t("Photographs")} name="photos" pointer="/media_ids" type="file" accept="image/*" multiple optional />
    </${Form}>`;
}
