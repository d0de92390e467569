// A value that views follow: `const count = store(0)`, `useStore(count)`, `count.set(3)`.

import { useEffect, useState } from "./preact-htm.js";

export function store(value) {
  const listeners = new Set();
  return {
    get: () => value,
    set(next) {
      value = typeof next === "function" ? next(value) : next;
      for (const listener of [...listeners]) listener(value);
    },
    /** Call on each change; returns what ends that. */
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useStore(of) {
  const [value, set] = useState(of.get());
  useEffect(() => {
    set(() => of.get()); // it may have changed since the first rendering
    return of.follow((next) => set(() => next));
  }, [of]);
  return value;
}

/** What waits, by the place it is shown at: `badges.set((all) => ({ ...all, chat: 3 }))`. */
export const badges = store({});
