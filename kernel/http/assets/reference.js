// Runs while the page is parsed, before RapiDoc (a deferred module) reads its attributes.
{
  const page = document.querySelector("rapi-doc");
  const set = (name, value) => page.setAttribute(name, value);
  if (matchMedia("(max-width: 48rem)").matches) {
    set("render-style", "view"); // the other style hides its menu at this width, and with it every operation
    set("schema-style", "tree");
  }
  if (matchMedia("(prefers-color-scheme: dark)").matches) {
    set("theme", "dark");
    set("primary-color", "#e0a06a");
  }

  // What RapiDoc opens by a click alone, the keyboard opens too, and a screen reader hears what it is.
  const OPENED = ".endpoint-head, .section-tag-header", FIELD = "input-request-param-";
  const watched = new WeakSet();
  const named = (root) => {
    root.querySelector("nav.nav-bar")?.setAttribute("aria-label", "Operations");
    for (const one of root.querySelectorAll(OPENED)) {
      one.tabIndex = 0;
      one.setAttribute("role", "button");
      one.setAttribute("aria-expanded", String(Boolean(one.closest(".expanded"))));
    }
    for (const one of root.querySelectorAll(`[id^=${FIELD}]`)) {
      one.setAttribute("aria-label", one.id.slice(FIELD.length));
    }
    for (const one of root.querySelectorAll("api-request")) if (one.shadowRoot) watch(one.shadowRoot);
  };
  const watch = (root) => {
    if (watched.has(root)) return;
    watched.add(root);
    named(root);
    const changes = { subtree: true, childList: true, attributeFilter: ["class"] };
    new MutationObserver(() => named(root)).observe(root, changes);
  };
  const pressed = (event) => {
    const target = event.composedPath()[0];
    if (!["Enter", " "].includes(event.key) || !target.matches?.(OPENED)) return;
    event.preventDefault();
    target.click();
  };
  page.addEventListener("keydown", pressed);
  customElements.whenDefined("rapi-doc").then(() => watch(page.shadowRoot));
}
