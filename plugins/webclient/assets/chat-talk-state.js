// One open conversation as data: what a snapshot makes of it, and what each event changes. Nothing here asks or shows.

/** Return an open conversation from its snapshot. */
export function opened({ messages, members, pins, ...of }) {
  const first = messages[0]?.seq ?? 0;
  return {
    id: of.id,
    of,
    messages,
    members: Object.fromEntries(members.map((one) => [one.user_id, one])),
    pins,
    older: first > of.me.cleared_seq + 1 ? first : null,
    newer: null,
    quoted: {},
  };
}

/** Put a message in its place; what an event does not tell (one's own marks, links) stays. */
export function placed(state, message) {
  const at = state.messages.findIndex((one) => one.id === message.id);
  if (at >= 0) {
    const before = state.messages[at];
    if (message.version < before.version) return state;
    return { ...state, messages: state.messages.with(at, { ...before, ...message }) };
  }
  const last = state.messages.at(-1)?.seq ?? 0;
  if (message.seq <= state.of.me.cleared_seq || (state.older && message.seq < state.older)) return state;
  if (state.newer && message.seq > last) return state; // one looks at something older: it comes when one scrolls there
  const after = state.messages.findIndex((one) => one.seq > message.seq);
  const whole = { my_reactions: [], my_votes: [], media: [], ...message };
  return { ...state, messages: after < 0 ? [...state.messages, whole] : state.messages.toSpliced(after, 0, whole) };
}

const changed = (state, id, how) => ({ ...state, messages: state.messages.map((one) => (one.id === id ? { ...one, ...how(one) } : one)) });
const raised = (before, after) => (after === null || before === null || before === undefined ? before : Math.max(before, after));
const member = (state, id, how) => (state.members[id] ? { ...state, members: { ...state.members, [id]: { ...state.members[id], ...how(state.members[id]) } } } : state);
const about = (state, more) => ({ ...state, of: { ...state.of, ...more } });
const mine = (state, more) => about(state, { me: { ...state.of.me, ...more } });

const HEARD = {
  "message:new": (state, { message, thread }) => counted(wrote(placed(state, message), message), thread),
  "message:edited": (state, { message }) => placed(state, message),
  "message:deleted": (state, { message, thread }) => counted(placed(state, message), thread),
  "message:hidden": (state, { message_id }) => ({ ...state, messages: state.messages.filter((one) => one.id !== message_id) }),
  "message:reaction": (state, { message_id, user_id, emoji, added, reactions }, me) =>
    changed(state, message_id, (one) => ({ reactions, ...(user_id === me && { my_reactions: [...one.my_reactions.filter((each) => each !== emoji), ...(added ? [emoji] : [])] }) })),
  receipt: (state, { user_id, delivered_seq, read_seq }) =>
    member(state, user_id, (one) => ({ delivered_seq: raised(one.delivered_seq, delivered_seq), read_seq: raised(one.read_seq, read_seq) })),
  "conversation:updated": (state, { changes, version }) => (version < state.of.version ? state : about(state, { ...changes, version })),
  "conversation:closed": (state, { closed_at }) => about(state, { closed_at }),
  "conversation:member_joined": (state, { members, member_count }) =>
    about({ ...state, members: { ...state.members, ...Object.fromEntries(members.map((one) => [one.user_id, one])) } }, { member_count }),
  "conversation:member_left": (state, { user_id, member_count }) => {
    const { [user_id]: _, ...members } = state.members;
    return about({ ...state, members }, { member_count });
  },
  "conversation:role": (state, { user_id, role }, me) => (user_id === me ? mine(member(state, user_id, () => ({ role })), { role }) : member(state, user_id, () => ({ role }))),
  "conversation:my_role": (state, { role }) => mine(state, { role }),
  "conversation:pinned": (state, { pin }) => ({ ...state, pins: [pin, ...state.pins.filter((one) => one.message_id !== pin.message_id)] }),
  "conversation:unpinned": (state, { message_id }) => ({ ...state, pins: state.pins.filter((one) => one.message_id !== message_id) }),
  "conversation:read": (state, { read_seq }) => (read_seq > state.of.me.read_seq ? mine(state, { read_seq }) : state),
  "conversation:preferences": (state, { muted_until, pinned_at, archived }) => mine(state, { muted_until, pinned_at, archived }),
  "conversation:cleared": (state, { cleared_seq }) => mine({ ...state, messages: state.messages.filter((one) => one.seq > cleared_seq), older: null }, { cleared_seq }),
  "conversation:removed": (state) => ({ ...state, removed: true }),
  "poll:updated": (state, { message_id, votes, voters, closed_at }) => changed(state, message_id, (one) => ({ payload: { ...one.payload, votes, voters, closed_at } })),
  "poll:voted": (state, { message_id, options }) => changed(state, message_id, () => ({ my_votes: options })),
};

/** Who writes has read what was said before: no event says so. */
const wrote = (state, { sender_id, seq, unattended }) =>
  unattended ? state : member(state, sender_id, (one) => ({ delivered_seq: raised(one.delivered_seq, seq), read_seq: raised(one.read_seq, seq) }));

const counted = (state, thread) => (thread ? changed(state, thread.id, () => ({ reply_count: thread.reply_count })) : state);

/** Return a conversation after an event. */
export const heard = (state, name, data, me) => HEARD[name]?.(state, data, me) ?? state;

/** Return it with a page of older messages before, or newer ones after. */
export const before = (state, { items, older }) => ({ ...state, messages: [...items.filter((one) => !state.messages.some((other) => other.id === one.id)), ...state.messages], older });
export const after = (state, { items, newer }) => ({ ...state, messages: [...state.messages, ...items.filter((one) => !state.messages.some((other) => other.id === one.id))], newer });

/** Return it showing another stretch of the history. */
export const around = (state, { items, older, newer }) => ({ ...state, messages: items, older, newer });

/** Tell how far a message of one's own has come: sent, delivered, read. */
export function progress({ members }, message, me) {
  const others = Object.values(members).filter((one) => one.user_id !== me && one.joined_at <= message.created_at);
  const all = (mark) => others.length > 0 && others.every((one) => one[mark] !== null && one[mark] >= message.seq);
  return all("read_seq") ? "read" : all("delivered_seq") ? "delivered" : "sent";
}
