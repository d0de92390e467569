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
}
