// Publish: a form made from the category's attributes, and photographs that upload while one writes.

import { Problem, call, upload } from "./api.js";
import { $, attempt, clear, digits, el, open } from "./dom.js";
import { random } from "./random.js";
import { go, reload } from "./browse.js";

const MOST = 12;
const PATIENCE = 60_000; // milliseconds a photograph may take to be processed
const UNUSABLE = { title: "A photograph cannot be used", detail: "Remove it, or choose another." };
let photos = [];
let key = random();

const sheet = () => $("publish").querySelector("form");

function add(file) {
  const photo = { file, id: null, ready: null };
  const bar = el("progress", { max: 1, value: 0, "aria-label": `Upload of ${file.name}` });
  const told = el("p", {}, "0 %");
  const preview = el("img", { src: URL.createObjectURL(file), alt: file.name });
  preview.addEventListener("error", () => preview.replaceWith(el("div", { class: "picture none", "aria-hidden": "true" }, "?")));
  const remove = el("button", { type: "button", class: "quiet", "aria-label": `Remove ${file.name}` }, "Remove");
  photo.element = el("li", { class: "photo" }, preview, bar, told, remove);
  const sending = upload(file, (share) => {
    bar.value = share;
    told.textContent = `${Math.round(share * 100)} %`;
  });
  photo.ready = sending.then((medium) => processed(photo, medium, preview, told)).then(() => bar.remove());
  photo.ready.catch((problem) => {
    bar.remove();
    told.className = "fault";
    told.textContent = inShort(problem);
  });
  remove.addEventListener("click", () => {
    sending.abort();
    drop(photo);
    $("p-photos").focus();
  });
  photos.push(photo);
  $("photos").append(photo.element);
}

/** Return the most telling words that fit below a small picture. */
const inShort = (problem) =>
  [problem.errors?.[0]?.detail, problem.message, problem.title].find((text) => text && text.length <= 120) ?? UNUSABLE.title;

/** Wait until the server has made the thumbnail, then show it. */
async function processed(photo, medium, preview, told) {
  photo.id = medium.id;
  const end = Date.now() + PATIENCE;
  for (let pause = 150; medium.status === "processing"; pause = Math.min(pause * 1.5, 2000)) {
    told.textContent = "Making thumbnails…";
    if (Date.now() > end) throw new Error("This takes too long: try again later.");
    await new Promise((done) => setTimeout(done, pause));
    medium = await call("GET", `/v1/media/${photo.id}`);
  }
  if (medium.status === "failed") throw new Error(medium.reason || "This picture cannot be used.");
  URL.revokeObjectURL(preview.src);
  preview.src = medium.thumbnail_url || medium.url;
  told.textContent = "Ready";
}

function drop(photo) {
  photos = photos.filter((one) => one !== photo);
  photo.element.remove();
}

/** Return the control of an attribute, by its type. */
function control(attribute) {
  const id = `a-${attribute.key}`;
  const common = { id, name: `attributes/${attribute.key}`, "data-pointer": `/attributes/${attribute.key}`, "data-key": attribute.key, "data-type": attribute.type };
  const label = el("label", { for: id, class: attribute.required ? "required" : "" }, attribute.unit ? `${attribute.label}, ${attribute.unit}` : attribute.label);
  if (attribute.type === "multi_choice") return choices(attribute, common);
  const make = {
    text: () => el("input", { ...common, maxlength: attribute.maximum ?? 2000 }),
    integer: () => el("input", { ...common, inputmode: "numeric" }),
    decimal: () => el("input", { ...common, inputmode: "decimal" }),
    date: () => el("input", { ...common, type: "date", min: attribute.minimum, max: attribute.maximum }),
    choice: () => select(common, attribute.options.map((option) => [option, option])),
    boolean: () => select(common, [["true", "Yes"], ["false", "No"]]),
  };
  return el("p", { class: "field" }, label, make[attribute.type]());
}

function select(common, options) {
  return el("select", common, el("option", { value: "" }, "–"), ...options.map(([value, text]) => el("option", { value }, text)));
}

function choices(attribute, { id, ...common }) {
  const boxes = attribute.options.map((option, index) =>
    el("label", {}, el("input", { type: "checkbox", value: option, id: index ? null : id, "data-of": attribute.key }), option),
  );
  return el("fieldset", { class: "choices", id: `${id}-all`, ...common }, el("legend", {}, attribute.label), ...boxes);
}

/** Return what a control holds as JSON; what cannot be read as a number goes as text, for the API to refuse. */
function read(field) {
  if (field.dataset.type === "multi_choice") return [...field.querySelectorAll("input:checked")].map((box) => box.value);
  const text = field.value.trim();
  if (text === "") return undefined;
  if (field.dataset.type === "boolean") return text === "true";
  if (["integer", "decimal"].includes(field.dataset.type)) return numeric(text);
  return text;
}

const numeric = (text) => (/^-?\d+([.,]\d+)?$/.test(text) ? Number(text.replace(",", ".")) : text);

async function asked() {
  const id = $("p-category").value;
  const kept = new Map([...$("attributes").querySelectorAll("[data-key]")].map((field) => [field.dataset.key, field.value]));
  $("attributes").replaceChildren();
  if (!id) return;
  const { attributes } = await call("GET", `/v1/categories/${id}`);
  if ($("p-category").value !== id) return;
  $("attributes").replaceChildren(...attributes.map(control));
  for (const field of $("attributes").querySelectorAll("[data-key]")) if (kept.get(field.dataset.key)) field.value = kept.get(field.dataset.key);
}

function body() {
  const form = new FormData(sheet());
  const currency = form.get("currency");
  const price = numeric(form.get("price").trim().replace(/\s/g, ""));
  const attributes = {};
  for (const field of $("attributes").querySelectorAll("[data-key]")) {
    const value = read(field);
    if (value !== undefined && !(Array.isArray(value) && !value.length)) attributes[field.dataset.key] = value;
  }
  const amount = typeof price === "number" ? Math.round(price * 10 ** digits(currency)) : price;
  return {
    type: form.get("type"),
    title: form.get("title"),
    description: form.get("description"),
    category_id: form.get("category_id") || null,
    price: amount === "" ? null : { amount, currency },
    attributes,
    media_ids: photos.map((one) => one.id),
    status: "ACTIVE",
  };
}

async function publish() {
  const settled = await Promise.allSettled(photos.map((one) => one.ready));
  if (settled.some((one) => one.status === "rejected")) throw new Problem(UNUSABLE, 0);
  const made = await call("POST", "/v1/listings", { body: body(), key });
  reset();
  $("publish").close();
  await reload();
  go({ listing: made.id });
}

function reset() {
  key = random();
  photos.forEach((one) => one.element.remove());
  photos = [];
  sheet().reset();
  $("attributes").replaceChildren();
  clear(sheet());
}

/** Fill the choice of categories from the tree, indented by level. */
function fill(nodes, depth = 0) {
  if (!depth) $("p-category").replaceChildren(el("option", { value: "" }, "Choose one"));
  for (const node of nodes) {
    $("p-category").append(el("option", { value: node.id }, `${"\u2003".repeat(depth)}${node.name}`));
    fill(node.children, depth + 1);
  }
}

export function start(trees) {
  trees.then(fill);
  $("p-category").addEventListener("change", () => attempt(sheet(), $("p-category"), asked));
  $("p-photos").addEventListener("change", ({ target }) => {
    [...target.files].slice(0, MOST - photos.length).forEach(add);
    target.value = "";
  });
  sheet().addEventListener("input", () => (key = random())); // another request, another key
  sheet().addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(sheet(), event.submitter ?? sheet().querySelector(".actions button"), publish);
  });
}

export const opened = () => open("publish");
