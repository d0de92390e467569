// The buildings somebody belongs to, and the one they shop in now; what a building holds has the scope `building:<id>`.

import { useEffect } from "./preact-htm.js";
import { get } from "./api.js";
import { has } from "./config.js";
import { me, session } from "./session.js";
import { store, useStore } from "./store.js";

const PLACE = "stoa.building";

/** My buildings; null until they are known. */
export const mine = store(null);
/** The chosen one's id; "" is everywhere. */
export const chosen = store(localStorage.getItem(PLACE) ?? null);

let asked = null;

export async function loadMine() {
  const user = me()?.id ?? null;
  asked = user;
  if (!user || !has("buildings")) return mine.set([]);
  const { items } = await get("/v1/buildings/mine", { limit: 100 });
  if (asked !== user) return undefined;
  const known = items.some((one) => one.id === chosen.get());
  if (!known && chosen.get() !== "") chosen.set(items[0]?.id ?? null);
  return mine.set(items);
}

export function choose(id) {
  localStorage.setItem(PLACE, id);
  chosen.set(id);
}

let before = me()?.id;
session.follow((now) => {
  if (now?.user.id === before) return;
  before = now?.user.id;
  mine.set(null);
  localStorage.removeItem(PLACE);
  chosen.set(null);
});

/** Return `{ mine, chosen, scope }`, loading what is not known yet. */
export function useBuildings() {
  const all = useStore(mine);
  const id = useStore(chosen);
  useEffect(() => {
    if (all === null) loadMine().catch(() => mine.set([])); // the market works without them
  }, [all]);
  const found = all?.find((one) => one.id === id);
  return { mine: all, chosen: found, scope: found && `building:${found.id}` };
}
