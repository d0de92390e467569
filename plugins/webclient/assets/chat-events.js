// What happened in a conversation, in words: its system messages.

import { when } from "./format.js";
import { named, t } from "./strings.js";

/** Return the words of a system message; `all` are cards of people. */
export function event({ payload, sender_id }, all) {
  const name = (id) => all[id]?.name ?? t("Somebody");
  const by = sender_id ? name(sender_id) : "";
  const who = (payload.user_ids ?? []).map(name).join(", ");
  const words = {
    joined: () => (payload.via === "add" && by ? t("{by} added {who}", { by, who }) : t("{who} came in", { who: who || by })),
    left: () => t("{who} left", { who: who || by }),
    removed: () => t("{who} was removed", { who }),
    banned: () => t("{who} was banned", { who }),
    role: () => t("{who} is {role} now", { who, role: named(payload.role).toLowerCase() }),
    updated: () => t("{by} changed how this is called or set", { by: by || t("Somebody") }),
    pinned: () => t("{by} pinned a message", { by: by || t("Somebody") }),
    screenshot: () => t("{by} took a screenshot", { by: by || t("Somebody") }),
    order_status: () => t("The order: {status}", { status: named(payload.status).toLowerCase() }),
    booking_status: () => t("The booking: {status}", { status: named(payload.status).toLowerCase() }),
    booking_moved: () => t("Moved to {when}", { when: when(payload.starts_at) }),
  };
  return words[payload.event]?.() ?? named(payload.event ?? "");
}

/** Return whom the words of a message name. */
export const namedIn = ({ payload, sender_id }) => [sender_id, ...(payload.user_ids ?? [])].filter(Boolean);
