// One message: what it says and shows, how far it has come, and what can be done with it.

import { html, useState } from "./preact-htm.js";
import { call, post, put as set, remove } from "./api.js";
import { has } from "./config.js";
import { number, percent, time } from "./format.js";
import { brief } from "./chat-list.js";
import { event } from "./chat-events.js";
import { fetchMessage, nameOf, update } from "./chat-state.js";
import { progress } from "./chat-talk-state.js";
import { discard, retry, sending } from "./chat-outbox.js";
import { Plain, Rich } from "./chat-text.js";
import { useStore } from "./store.js";
import { t, tn } from "./strings.js";
import { Act, Dialog, Icon, tell } from "./ui.js";
import { Report } from "./safety.js";

export const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
const FAR = { sent: ["✓", () => t("Sent")], delivered: ["✓✓", () => t("Delivered")], read: ["✓✓", () => t("Read")] };

/** A message that is stored. `head`: it begins a run of one person's. */
export function Message({ of, state, me, known, head, menu, goTo }) {
  if (of.type === "system") return html`<li class="event" id="m-${of.id}"><span>${event(of, known)}</span></li>`;
  const own = of.sender_id === me;
  const far = own && !of.deleted_at && progress(state, of, me);
  const name = own ? t("You") : nameOf(of.sender_id, known);
  const quoted = of.reply_to_id && (state.messages.find((one) => one.id === of.reply_to_id) ?? state.quoted[of.reply_to_id] ?? (fetchMessage(of.reply_to_id), null));
  return html`
    <li id="m-${of.id}" class="message ${own ? "mine" : "other"} ${head ? "head" : ""}" data-id=${of.id} data-far=${far || null}>
      ${head && !own && state.of.kind !== "direct" ? html`<span class="by">${name}</span>` : html`<span class="unseen">${name}: </span>`}
      <div class="bubble">
        ${of.forward_sender_id && html`<span class="hint">${t("Forwarded from {name}", { name: nameOf(of.forward_sender_id, known) })}</span>`}
        ${of.reply_to_id && html`<${Quote} of=${quoted} known=${known} me=${me} goTo=${goTo} />`}
        ${of.deleted_at ? html`<em class="gone">${t("Message deleted")}</em>` : html`<${Content} of=${of} known=${known} />`}
        <span class="foot">
          ${of.edited_at && !of.deleted_at && html`<span>${t("edited")}</span>`}
          <time datetime=${of.created_at}>${time(of.created_at)}</time>
          ${far && html`<span class="far ${far}" title=${FAR[far][1]()}><span aria-hidden="true">${FAR[far][0]}</span><span class="unseen">${FAR[far][1]()}</span></span>`}
        </span>
      </div>
      ${!of.deleted_at && html`<button type="button" class="act" aria-haspopup="dialog" aria-label=${t("What to do with the message of {name}, {time}", { name, time: time(of.created_at) })} onClick=${() => menu(of)}><${Icon} name="more" /></button>`}
      <${Reactions} of=${of} />
    </li>`;
}

/** A message that waits to be sent. */
export function Waiting({ of }) {
  const share = useStore(sending)[of.id];
  return html`
    <li class="message mine waiting-out" data-id=${of.id} data-far=${of.failed ? "failed" : "waiting"}>
      <span class="unseen">${t("You")}: </span>
      <div class="bubble">
        ${of.files.length > 0 && html`<${Previews} files=${of.files} />`}
        ${of.text && html`<p class="words"><${Plain} text=${of.text} /></p>`}
        ${share !== undefined && !of.failed && html`<progress max="1" value=${share} aria-label=${t("Sending files")}></progress>`}
        <span class="foot"><time datetime=${of.at}>${time(of.at)}</time><span class="far" title=${t("Waiting to be sent")}><span aria-hidden="true">${of.failed ? "!" : "◷"}</span><span class="unseen">${of.failed ? t("Not sent") : t("Waiting to be sent")}</span></span></span>
      </div>
      ${of.failed && html`<p class="fault small" role="alert">${of.failed}</p>`}
      ${(of.failed || share !== undefined) && html`<p class="quietly">${of.failed && html`<button type="button" class="link" onClick=${() => retry(of.id)}>${t("Try again")}</button>`}<button type="button" class="link" onClick=${() => discard(of.id)}>${of.failed ? t("Remove") : t("Stop")}</button></p>`}
    </li>`;
}

const previews = new WeakMap();

/** Return an address of a file that is not sent yet. */
export function preview(blob) {
  if (!previews.has(blob)) previews.set(blob, URL.createObjectURL(blob));
  return previews.get(blob);
}

const Previews = ({ files }) => html`<div class="media n${Math.min(files.length, 4)}">${files.map((one) => (one.kind.startsWith("image/") ? html`<img key=${one.key} src=${preview(one.blob)} alt=${one.name} />` : html`<span key=${one.key} class="file"><${Icon} name="file" />${one.name}</span>`))}</div>`;

function Quote({ of, known, me, goTo }) {
  if (!of) return html`<span class="quote">${t("An earlier message")}</span>`;
  return html`<button type="button" class="quote" onClick=${() => goTo(of)}><strong>${of.sender_id === me ? t("You") : nameOf(of.sender_id, known)}</strong><span>${brief(of, known)}</span></button>`;
}

function Content({ of, known }) {
  const marked = of.mentions.map((id) => known[id]?.name).filter(Boolean);
  const text = of.text && (of.type === "markdown" && of.html ? html`<div class="rich"><${Rich} source=${of.html} marked=${marked} /></div>` : of.type === "code" ? html`<pre><code>${of.text}</code></pre>` : html`<p class="words"><${Plain} text=${of.text} marked=${marked} /></p>`);
  return html`
    ${of.media_ids.length > 0 && html`<${Media} of=${of} />`}
    ${of.type === "poll" && html`<${Poll} of=${of} />`}
    ${(of.type === "location" || of.type === "live_location") && html`<p><${Icon} name="home" /> ${of.payload.name || of.payload.address || `${of.payload.latitude}, ${of.payload.longitude}`}</p>`}
    ${of.type === "contact" && html`<p><${Icon} name="me" /> ${of.payload.name}</p>${[...of.payload.phones, ...of.payload.emails].map((one) => html`<p class="hint">${one}</p>`)}`}
    ${text}`;
}

function Media({ of }) {
  const [large, setLarge] = useState(null);
  const anew = () => fetchMessage(of.id); // links of private media end
  if (!of.media.length) return html`<div class="media blank-media" role="status"><span class="unseen">${t("Loading…")}</span></div>`;
  return html`
    <div class="media n${Math.min(of.media.length, 4)}">${of.media.map((one, index) => html`<${Medium} key=${one.id} of=${one} alone=${of.media.length === 1} label=${t("Photograph {n}", { n: index + 1 })} name=${of.type === "document" ? of.text : ""} anew=${anew} show=${() => setLarge(one)} />`)}</div>
    ${large && html`<${Dialog} title=${of.text || t("Photograph")} close=${() => setLarge(null)}><img class="large" src=${large.url} alt=${of.text || t("Photograph")} width=${large.width} height=${large.height} /><p><a href=${large.url} target="_blank" rel="noopener">${t("Open the file")}</a></p></${Dialog}>`}`;
}

function Medium({ of, alone, label, anew, show }) {
  if (of.type === "image" && of.url) return html`<button type="button" class="picture-of" aria-label=${t("Show {label} large", { label })} onClick=${show}><img src=${(!alone && of.thumbnail_url) || of.url} alt="" loading="lazy" width=${of.width || 300} height=${of.height || 300} onError=${anew} /></button>`;
  if (of.type === "video" && of.url) return html`<video src=${of.url} poster=${of.thumbnail_url || null} controls preload="metadata" aria-label=${label} onError=${anew}></video>`;
  if (of.type === "audio" && of.url) return html`<audio src=${of.url} controls preload="none" aria-label=${label}></audio>`;
  return html`<a class="file" href=${of.url} target="_blank" rel="noopener"><${Icon} name="file" />${of.url ? t("Open the file") : t("This file cannot be shown.")} <small>${of.content_type.split("/").pop().toUpperCase()}</small></a>`;
}

function Poll({ of }) {
  const { question, options, votes = [], voters = 0, multiple, anonymous, closed_at, closes_at } = of.payload;
  const over = closed_at || (closes_at && new Date(closes_at) < Date.now());
  const vote = async (marks) => {
    const answer = await set(`/v1/messages/${of.id}/vote`, { options: marks });
    update(of.conversation_id, (state) => ({ ...state, messages: state.messages.map((one) => (one.id === of.id ? { ...one, my_votes: answer.my_votes, payload: { ...one.payload, votes: answer.votes, voters: answer.voters } } : one)) }));
  };
  const mark = (index) => () => {
    const on = of.my_votes.includes(index);
    return vote(multiple ? (on ? of.my_votes.filter((one) => one !== index) : [...of.my_votes, index]) : on ? [] : [index]);
  };
  return html`
    <fieldset class="poll"><legend>${question}</legend>
      ${options.map((text, index) => html`
        <div key=${index} class="option">
          <${Act} class="quiet" aria-pressed=${String(of.my_votes.includes(index))} disabled=${Boolean(over)} work=${mark(index)}><span>${text}</span><span>${percent(voters ? (votes[index] ?? 0) / voters : 0)}</span></${Act}>
          <progress max=${Math.max(1, voters)} value=${votes[index] ?? 0} aria-label=${t("Votes for {text}", { text })}></progress>
        </div>`)}
      <p class="hint">${[tn(voters, "{n} person voted", "{n} people voted", { n: number(voters) }), anonymous && t("secret"), multiple && t("several answers"), over && t("closed")].filter(Boolean).join(" · ")}</p>
    </fieldset>`;
}

/** Put an emoji on a message, or take it back. */
export async function react(of, emoji) {
  const mine = of.my_reactions.includes(emoji);
  const path = `/v1/messages/${of.id}/reactions`;
  const { reactions } = await call(mine ? "DELETE" : "PUT", path, { body: { emoji } });
  update(of.conversation_id, (state) => ({ ...state, messages: state.messages.map((one) => (one.id === of.id ? { ...one, reactions, my_reactions: mine ? one.my_reactions.filter((each) => each !== emoji) : [...one.my_reactions.filter((each) => each !== emoji), emoji] } : one)) }));
}

function Reactions({ of }) {
  const all = Object.entries(of.reactions).filter(([, count]) => count > 0);
  if (!all.length || of.deleted_at) return null;
  return html`<div class="reactions">${all.map(([emoji, count]) => html`<${Act} key=${emoji} class="reaction" aria-pressed=${String(of.my_reactions.includes(emoji))} aria-label=${tn(count, "{emoji}, {n} reaction", "{emoji}, {n} reactions", { emoji })} work=${() => react(of, emoji)}>${emoji} ${count}</${Act}>`)}</div>`;
}

const EDITABLE = new Set(["text", "markdown", "code", "image", "album", "video", "audio", "document"]);

/** What can be done with a message. */
export function Menu({ of, state, me, known, close, reply, edit }) {
  const own = of.sender_id === me;
  const and = (work) => async () => {
    await work();
    close();
  };
  const copy = and(async () => {
    await navigator.clipboard.writeText(of.text);
    tell(t("Copied."));
  });
  const hide = and(async () => {
    await remove(`/v1/messages/${of.id}`, { for: "me" });
    update(of.conversation_id, (now) => ({ ...now, messages: now.messages.filter((one) => one.id !== of.id) }));
  });
  const readers = Object.values(state.members).filter((one) => one.user_id !== me && one.read_seq !== null && one.read_seq >= of.seq);
  return html`
    <${Dialog} title=${t("Message")} close=${close}>
      <blockquote class="words">${brief(of, known).slice(0, 140)}</blockquote>
      ${!state.of.closed_at && html`<div class="emoji" role="group" aria-label=${t("React")}>${EMOJI.map((one) => html`<${Act} key=${one} class="quiet" aria-label=${t("React with {one}", { one })} aria-pressed=${String(of.my_reactions.includes(one))} work=${and(() => react(of, one))}>${one}</${Act}>`)}</div>`}
      <div class="steps">
        ${reply && html`<button type="button" class="quiet" onClick=${() => (close(), reply(of))}>${t("Reply")}</button>`}
        ${of.text && navigator.clipboard && html`<${Act} class="quiet" work=${copy}>${t("Copy the text")}</${Act}>`}
        ${own && EDITABLE.has(of.type) && edit && html`<button type="button" class="quiet" onClick=${() => (close(), edit(of))}>${t("Edit")}</button>`}
        ${of.type === "poll" && own && !of.payload.closed_at && html`<${Act} class="quiet" work=${and(() => post(`/v1/messages/${of.id}/close`))}>${t("Close the poll")}</${Act}>`}
        <${Act} class="quiet" work=${hide}>${t("Delete for me")}</${Act}>
        ${own && html`<${Act} class="quiet danger" work=${and(() => remove(`/v1/messages/${of.id}`))}>${t("Delete for everybody")}</${Act}>`}
      </div>
      ${own && readers.length > 0 && html`<p class="hint">${t("Read by {names}", { names: readers.map((one) => nameOf(one.user_id, known)).join(", ") })}</p>`}
      ${!own && has("moderation") && html`<p class="quietly"><${Report} kind="message" id=${of.id} /></p>`}
    </${Dialog}>`;
}

