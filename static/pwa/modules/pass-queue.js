// @ts-check
/**
 * What a keeper's phone scanned: saved before it is called saved, sent at once or later. Only a final verdict for its
 * `client_ref` ends an entry. No name is kept: names come with the server's answer and go with the page.
 *
 * @typedef {{client_ref: string, shift: string, pass: string, seen_at: number, is_late: boolean}} Entry
 *   `is_late`: the first try got no answer, so it counts as of its own step.
 * @typedef {{entry: Entry, verdict: string, member?: {name: string, unit: string}, detail?: string, is_final: boolean}} Told
 * @typedef {object} PassShelf
 * @property {() => Promise<Entry[]>} all Oldest first.
 * @property {(entry: Entry) => Promise<void>} put
 * @property {(ref: string) => Promise<void>} drop
 */

import { ask } from "./asking.js";

const NAME = "fifty-hours-passes";
export const BATCH = 100;

/**
 * Send what waits, each shift's by itself.
 * @param {PassShelf} shelf
 * @param {typeof globalThis.fetch} fetch
 * @param {() => Promise<string>} token A form token; empty: none is to be had.
 * @returns {Promise<{told: Told[], isOut: boolean}>} `isOut`: nobody is signed in.
 */
export async function flush(shelf, fetch, token) {
  const waiting = await shelf.all();
  /** @type {Told[]} */
  const told = [];
  const held = waiting.length ? await token() : "";
  let isOut = false;
  for (const shift of new Set(waiting.map((entry) => entry.shift))) {
    const batch = waiting.filter((entry) => entry.shift === shift).slice(0, BATCH);
    const answer = await ask(fetch, `/api/v1/shifts/${encodeURIComponent(shift)}/passes`, {
      token: held,
      body: { passes: batch.map(wire) },
    });
    isOut ||= answer.status === 401 || answer.status === 403;
    const verdicts = answer.status === 200 && Array.isArray(answer.body.verdicts) ? answer.body.verdicts : [];
    for (const entry of batch) {
      const verdict = verdicts.find((one) => one.client_ref === entry.client_ref);
      if (!verdict) await shelf.put({ ...entry, is_late: true });
      else if (verdict.is_final === true) await shelf.drop(entry.client_ref);
      if (verdict) told.push({ entry, ...verdict });
    }
  }
  return { told, isOut };
}

/** @param {Entry} entry */
function wire({ client_ref, pass, seen_at, is_late }) {
  return { client_ref, pass, ...(is_late ? { seen_at } : {}) };
}

/**
 * @param {IDBFactory} factory
 * @returns {Promise<PassShelf>}
 */
export async function openPasses(factory) {
  /** @type {IDBDatabase} */
  const database = await new Promise((resolve, reject) => {
    const request = factory.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("passes", { keyPath: "client_ref" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new DOMException("blocked by another page", "AbortError"));
  });

  /**
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {(passes: IDBObjectStore) => () => T} act
   * @returns {Promise<T>}
   */
  function within(mode, act) {
    return new Promise((resolve, reject) => {
      const work = database.transaction(["passes"], mode, { durability: "strict" });
      const result = act(work.objectStore("passes"));
      work.oncomplete = () => resolve(result());
      work.onabort = () => reject(work.error ?? new DOMException("given up", "AbortError"));
    });
  }

  return {
    async all() {
      const found = await within("readonly", (passes) => {
        const request = passes.getAll();
        return () => /** @type {Entry[]} */ (request.result);
      });
      return found.sort((a, b) => a.seen_at - b.seen_at);
    },
    put: (entry) => within("readwrite", (passes) => (passes.put(entry), () => undefined)),
    drop: (ref) => within("readwrite", (passes) => (passes.delete(ref), () => undefined)),
  };
}
