// An unguessable text. `crypto.randomUUID` is there in secure contexts only, and http://192.168.… is none.

export const random = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
