// Where one writes: text, files, an answer to a message, another wording of one's own, people named with @.

import { html, useEffect, useLayoutEffect, useRef, useState } from "./preact-htm.js";
import { patch } from "./api.js";
import { brief } from "./chat-list.js";
import { preview } from "./chat-message.js";
import { write } from "./chat-outbox.js";
import { nameOf, put, say } from "./chat-state.js";
import { t } from "./strings.js";
import { Icon, words } from "./ui.js";

const TYPING = 3000; // milliseconds between two signs of typing
const LONGEST = 8000;
const MOST_FILES = 10;
const drafts = new Map(); // what was begun, by conversation
const COARSE = matchMedia("(pointer: coarse)"); // a telephone: Enter begins a line

/** Begin a text for a conversation, unless there is one. */
export const draft = (id, text) => drafts.has(id) || drafts.set(id, text);

export function Compose({ state, me, known, replied, edited, done }) {
  const id = state.id;
  const [text, setText] = useState(drafts.get(id) ?? "");
  const [files, setFiles] = useState([]);
  const [picked, setPicked] = useState([]); // people named
  const [refused, refuse] = useState("");
  const [busy, setBusy] = useState(false);
  const area = useRef(null);
  const chooser = useRef(null);
  const typed = useRef(0);
  const naming = useNaming({ text, area, state, me, known, choose: named });

  useEffect(() => {
    if (edited) return;
    if (text) drafts.set(id, text);
    else drafts.delete(id);
  }, [text, edited]);
  useEffect(() => {
    if (edited) setText(edited.text);
    if (edited || replied) area.current.focus();
  }, [edited, replied]);
  useEffect(() => () => typing(false), []);
  useLayoutEffect(() => {
    area.current.style.height = "auto"; // as high as what is written, up to the style's limit
    area.current.style.height = `${area.current.scrollHeight + 2}px`;
  }, [text]);

  function typing(now) {
    if (!now && !typed.current) return;
    if (now && Date.now() - typed.current < TYPING) return;
    typed.current = now ? Date.now() : 0;
    say("typing", { conversation_id: id, typing: now });
  }
  function written(event) {
    setText(event.target.value);
    if (!edited) typing(Boolean(event.target.value));
  }
  function add(more) {
    const all = [...files, ...more].slice(0, MOST_FILES);
    setFiles(all);
    area.current.focus();
  }
  function named(person, start) {
    const at = area.current.selectionStart;
    const inserted = `@${person.name} `;
    setText(text.slice(0, start) + inserted + text.slice(at));
    setPicked((all) => [...all, person]);
    requestAnimationFrame(() => area.current.setSelectionRange(start + inserted.length, start + inserted.length));
  }
  function leave() {
    if (edited) setText(drafts.get(id) ?? "");
    done();
  }
  async function change() {
    setBusy(true);
    try {
      put(await patch(`/v1/messages/${edited.id}`, { text }));
      leave();
    } catch (error) {
      refuse(words(error));
    } finally {
      setBusy(false);
    }
  }
  function submit(event) {
    event?.preventDefault();
    refuse("");
    const said = text.trim();
    if (busy || (!said && !files.length && !edited?.media_ids.length)) return;
    if (edited) return change();
    const mentions = [...new Set(picked.filter((one) => said.includes(`@${one.name}`)).map((one) => one.id))];
    typing(false);
    write({ conversation_id: id, text: said, files, mentions, ...(replied && { reply_to_id: replied.id }) });
    setText("");
    setFiles([]);
    setPicked([]);
    done();
    area.current.focus();
  }
  function key(event) {
    if (naming.key(event)) return;
    if (event.key === "Escape" && (edited || replied)) leave();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || COARSE.matches) return;
    submit(event);
  }
  const pasted = (event) => event.clipboardData.files.length && (event.preventDefault(), add(event.clipboardData.files));
  const dropped = (event) => event.dataTransfer.files.length && (event.preventDefault(), add(event.dataTransfer.files));
  const subject = edited ?? replied;

  return html`
    <form class="compose" onSubmit=${submit} onDragOver=${(event) => event.preventDefault()} onDrop=${dropped} aria-label=${t("Write")}>
      ${subject && html`<div class="about"><div><strong>${edited ? t("Another wording") : t("To {name}", { name: replied.sender_id === me ? t("You") : nameOf(replied.sender_id, known) })}</strong><span>${brief(subject, known)}</span></div><button type="button" class="close" aria-label=${t("Leave it")} onClick=${leave}><${Icon} name="x" /></button></div>`}
      ${files.length > 0 && html`<ul class="chosen" aria-label=${t("Files to send")}>${files.map((one, index) => html`
        <li key=${`${one.name}${index}`}>${one.type.startsWith("image/") ? html`<img src=${preview(one)} alt=${one.name} />` : html`<span class="file"><${Icon} name="file" />${one.name}</span>`}
        <button type="button" class="close" aria-label=${t("Take {name} away", { name: one.name })} onClick=${() => setFiles(files.toSpliced(index, 1))}><${Icon} name="x" /></button></li>`)}
      </ul>`}
      ${naming.list}
      ${refused && html`<p class="fault small" role="alert">${refused}</p>`}
      <div class="line">
        ${!edited && html`<input ref=${chooser} type="file" multiple hidden onChange=${(event) => (add(event.target.files), (event.target.value = ""))} />
        <button type="button" class="quiet round" aria-label=${t("Add photographs or files")} title=${t("Add photographs or files")} onClick=${() => chooser.current.click()}><${Icon} name="clip" /></button>`}
        <label class="unseen" for="compose">${t("Message")}</label>
        <textarea id="compose" ref=${area} rows="1" maxlength=${LONGEST} placeholder=${t("Message")} value=${text} onInput=${written} onKeyDown=${key} onPaste=${pasted} ...${naming.aria}></textarea>
        <button class="round send" aria-label=${edited ? t("Keep the wording") : t("Send")} aria-busy=${busy} disabled=${!text.trim() && !files.length}><${Icon} name="send" /></button>
      </div>
    </form>`;
}

/** Offer people of the conversation after an @. */
function useNaming({ text, area, state, me, known, choose }) {
  const [at, setAt] = useState(0);
  const [closed, setClosed] = useState(null);
  const cursor = area.current?.selectionStart ?? text.length;
  const found = state.of.kind === "direct" ? null : /(?:^|\s)@([\p{L}\p{N}._-]{0,30})$/u.exec(text.slice(0, cursor));
  const start = found ? cursor - found[1].length - 1 : null;
  const wanted = found?.[1].toLocaleLowerCase();
  const open = found && closed !== start;
  const fitting = open ? Object.keys(state.members).map((id) => known[id]).filter((one) => one && one.id !== me && one.name.toLocaleLowerCase().includes(wanted)).slice(0, 6) : [];
  const active = Math.min(at, fitting.length - 1);
  useEffect(() => setAt(0), [wanted]);
  if (!fitting.length) return { list: null, aria: {}, key: () => false };
  const take = (one) => {
    setClosed(start);
    choose(one, start);
  };
  const key = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setAt((active + step + fitting.length) % fitting.length);
    else if (event.key === "Enter" || event.key === "Tab") take(fitting[active]);
    else if (event.key === "Escape") setClosed(start);
    else return false;
    event.preventDefault();
    return true;
  };
  const list = html`<ul class="naming" id="naming" role="listbox" aria-label=${t("People")}>${fitting.map((one, index) => html`<li key=${one.id} id="naming-${index}" role="option" aria-selected=${String(index === active)} onMouseDown=${(event) => (event.preventDefault(), take(one))}>${one.name}</li>`)}</ul>`;
  return { list, key, aria: { role: "combobox", "aria-expanded": "true", "aria-controls": "naming", "aria-autocomplete": "list", "aria-activedescendant": `naming-${active}` } };
}
