// @ts-check
/**
 * The outbox with a real browser around it, the same for pages and for the worker behind them: one of them sends
 * at a time.
 *
 * @import { Flushed } from "./outbox.js"
 */

import { uuid7 } from "./names.js";
import { flush } from "./outbox.js";
import { openShelf } from "./shelf.js";

export const TAG = "outbox";
const LOCK = "fifty-hours-outbox";
const LEASE_MS = 60_000;

/** @type {Promise<import("./shelf.js").Shelf> | undefined} */
let shelf;

/** @returns {Promise<import("./shelf.js").Shelf>} The phone's shelf. */
export function theShelf() {
  shelf ??= openShelf(globalThis.indexedDB);
  // A failure is not remembered: the next call tries again.
  shelf.catch(() => (shelf = undefined));
  return shelf;
}

/** A new name for a scan. */
export function newRef() {
  return uuid7(Date.now(), crypto.getRandomValues(new Uint8Array(16)));
}

/** @returns {SubtleCrypto | undefined} Missing where the page did not come over TLS. */
export function subtle() {
  return globalThis.crypto?.subtle;
}

/**
 * Send what waits, and tell the other pages.
 * @returns {Promise<Flushed>}
 */
export async function flushNow() {
  const found = await theShelf();
  const done = await alone(found, () => flush(found, (path, more) => globalThis.fetch(path, more), Date.now));
  if (done.uploaded.length || done.refused.length) tell();
  return done;
}

/** Tell the pages of this phone that the outbox has changed. */
export function tell() {
  if (typeof BroadcastChannel === "undefined") return;
  const channel = new BroadcastChannel(TAG);
  channel.postMessage("changed");
  channel.close();
}

/**
 * @param {import("./shelf.js").Shelf} shelf
 * @param {() => Promise<Flushed>} act
 * @returns {Promise<Flushed>}
 */
async function alone(shelf, act) {
  if (globalThis.navigator.locks) return navigator.locks.request(LOCK, act);
  const owner = newRef();
  if (!(await shelf.lease(owner, Date.now(), LEASE_MS))) return { uploaded: [], refused: [], stop: "later" };
  try {
    return await act();
  } finally {
    await shelf.lease(owner, Date.now(), 0);
  }
}
