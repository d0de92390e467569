// Identifiers made here. `crypto.randomUUID` is there in secure contexts only, and http://192.168.… is none.

const bytes = () => crypto.getRandomValues(new Uint8Array(16));
const hex = (all) => [...all].map((one) => one.toString(16).padStart(2, "0")).join("");

/** Return an unguessable text. */
export const random = () => hex(bytes());

/** Return a UUIDv7 (RFC 9562): ordered by time, so the server stores a resend once and in its place. */
export function uuid7() {
  const all = bytes();
  let now = Date.now();
  for (let at = 5; at >= 0; at -= 1, now = Math.floor(now / 256)) all[at] = now % 256;
  all[6] = (all[6] & 0x0f) | 0x70;
  all[8] = (all[8] & 0x3f) | 0x80;
  return hex(all).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
