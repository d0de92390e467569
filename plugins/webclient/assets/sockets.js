// What changes is pushed: Socket.IO rooms whose events come once and in order, whatever happens to the connection.
//
// The rule is that of docs/api/realtime.md: each event of a stream has a room, an epoch and a number; the next one is
// applied, an old one ignored, and after a gap (or a reconnect) what was missed is asked for, or a snapshot is taken.
// All namespaces share one connection. The library is loaded when somebody is signed in.

import { current, refresh, session, token } from "./session.js";

const RENEWAL = 600_000; // milliseconds between tokens for sockets that stay open

/** Follow a namespace's rooms.
 *
 *   load(room, state)         a promise of { epoch, seq }: take a snapshot, return the position it stands at
 *   apply(room, name, data, at)   an event of a stream, once and in order; `at` is its room, epoch and number
 *   volatile(name, data)      an event of none: typing, presence
 *   changed(connected)        the connection came or went
 *
 * Returns { emit(name, data), join(room), stands(room), ready, close(), connected() }; `ready` comes true with the first
 * rooms; `emit` is a promise of the answer's data and throws its problem.
 */
export async function follow(namespace, { load, apply, volatile = () => {}, changed = () => {} }) {
  const { io } = await import("./socket.io.js");
  const positions = {};
  const loading = {};
  const socket = io(namespace, {
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    auth: async (give) => give({ token: await token(), positions }),
  });
  const stand = (room, { epoch, seq }) => (positions[room] = { epoch, seq });

  function take(name, data, at) {
    if (loading[at.room]) return loading[at.room].push([name, data, at]);
    const last = positions[at.room];
    if (last && last.epoch === at.epoch && at.seq <= last.seq) return undefined;
    const first = last && last.epoch === "0" && at.seq === 1; // names the stream
    if (!first && (!last || last.epoch !== at.epoch || at.seq !== last.seq + 1)) return join(at.room);
    stand(at.room, at);
    return apply(at.room, name, data, at);
  }

  async function snapshot(room, state) {
    const held = (loading[room] = []);
    const position = await load(room, state).catch(() => null);
    if (loading[room] !== held) return; // a later snapshot has begun
    delete loading[room];
    if (!position) return setTimeout(() => socket.connected && join(room), 2000 + 3000 * Math.random());
    stand(room, position);
    for (const event of held) take(...event);
  }

  function enter(rooms) {
    for (const [room, state] of Object.entries(rooms)) {
      if (state.error) delete positions[room];
      else if (!state.recovered) snapshot(room, state);
      else {
        if (positions[room]) positions[room].epoch = state.epoch; // "0" before a room's first event
        for (const event of state.events) take(...event);
      }
    }
  }

  function join(room) {
    const position = positions[room];
    socket.emit("join", position ? { room, position } : { room }, (answer) => answer.ok && enter(answer.data.rooms));
  }

  async function refused(problem) {
    if (!problem) return; // no answer: the library tries again by itself
    const used = current()?.access_token;
    if (problem.status === 401 && used) await refresh(used).catch(() => {});
    if (problem.status === 403 || !current()) return;
    setTimeout(() => socket.connect(), 1000 * (problem.retry_after || 1 + 2 * Math.random()));
  }

  socket.onAny((name, data, at) => {
    if (at?.room) take(name, data, at);
    else if (!["rooms", "expelled", "reconnect", "closing", "error"].includes(name)) volatile(name, data);
  });
  const ready = new Promise((done) => {
    socket.on("rooms", ({ rooms }) => {
      enter(rooms);
      done();
    });
  });
  socket.on("expelled", ({ room }) => {
    delete positions[room];
    delete loading[room];
  });
  socket.on("reconnect", ({ after }) => {
    socket.disconnect();
    setTimeout(() => current() && socket.connect(), after);
  });
  socket.on("connect_error", ({ data }) => refused(data));
  socket.on("connect", () => changed(true));
  socket.on("disconnect", (reason) => {
    changed(false);
    if (reason === "io server disconnect" && current()) setTimeout(() => socket.connect(), 1000 + 2000 * Math.random());
  });
  const renewal = setInterval(async () => {
    if (socket.connected) socket.emit("authenticate", { token: await token() });
  }, RENEWAL);
  const emit = (name, data, patience = 15_000) =>
    new Promise((done, fail) =>
      socket.timeout(patience).emit(name, data, (lost, answer) => {
        if (lost) fail(lost);
        else if (answer.ok) done(answer.data);
        else fail(Object.assign(new Error(answer.error.detail || answer.error.title), answer.error));
      }),
    );
  const close = () => {
    clearInterval(renewal);
    socket.close();
  };
  const stands = (room) => room in positions || room in loading;
  return { socket, emit, join, stands, ready, close, connected: () => socket.connected };
}

const hearing = new Map(); // namespaces somebody listens to: a promise of what follows them, and the listeners

/** Call `heard(name, data)` for each event of one's own rooms of a namespace, and `heard()` when some may have been
 * missed and things are to be loaded anew. Returns what ends it. The socket is shared, and closes with the session. */
export function listen(namespace, heard) {
  if (!current()) return () => {};
  if (!hearing.has(namespace)) {
    const listeners = new Set();
    const all = (...told) => listeners.forEach((one) => one(...told));
    const load = async (room, { epoch, seq }) => (all(), { epoch, seq });
    const following = follow(namespace, { load, apply: (room, name, data) => all(name, data) });
    hearing.set(namespace, { listeners, following });
  }
  const { listeners } = hearing.get(namespace);
  listeners.add(heard);
  return () => listeners.delete(heard);
}

session.follow((now) => {
  if (now) return;
  for (const { following } of hearing.values()) following.then((one) => one.close(), () => {});
  hearing.clear();
});
