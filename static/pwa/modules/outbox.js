// @ts-check
/**
 * The outbox: a scan without network is saved first and sent later. Only a receipt for its `client_ref` ends an
 * entry, never a status alone; what is refused stays visible with its reason.
 *
 * Nothing here touches a page, a clock or the network by itself: all of that comes as arguments.
 *
 * @import { Signer } from "./device.js"
 * @import { Entry, Shelf } from "./shelf.js"
 * @typedef {{code: string, action: "in" | "out" | null, post_id?: number | null, next_shift?: boolean}} Wish
 * @typedef {{member: string, name: string}} Me `name` is masked.
 * @typedef {object} Moment
 * @property {number} at Milliseconds since 1970, by the phone.
 * @property {number} monotonic Milliseconds since the page was opened.
 * @property {string} ref A new UUID.
 *
 * @typedef {"done" | "no_answer" | "signed_out" | "later" | "refused"} Stop
 * @typedef {{uploaded: Entry[], refused: Entry[], stop: Stop}} Flushed
 */

import { ask } from "./asking.js";
import { digestOf, signedText } from "./chain.js";
import { NO_SIGNER } from "./device.js";

export const BATCH = 100;
export const REFUSED_STAY_MS = 30 * 86_400_000;
const NOT_BEFORE = "not_before";
const LONGEST_WAIT_MS = 3_600_000;
const TRIES = 5;

/**
 * Save a scan. It is saved when this returns and not before.
 * @param {Wish} wish
 * @param {Me} me
 * @param {Moment} moment
 * @param {{shelf: Shelf, signer: Signer, subtle: SubtleCrypto | undefined, instead?: string}} effects
 *   `instead`: the reference of an entry that this one takes the place of.
 * @returns {Promise<Entry>}
 * @throws {DOMException} It could not be saved; `QuotaExceededError`: the phone is full.
 */
export async function save(wish, me, moment, { shelf, signer, subtle, instead }) {
  const twin = (await shelf.all()).find((entry) => isTwin(entry, wish, me));
  if (twin) return twin;
  // A queue is one phone's for one member: what was saved before the key was registered is a row of its own.
  const key = `${me.member}/${signer.device ?? ""}`;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const before = await shelf.head(key);
    const entry = draft(wish, me, moment, signer.device, before);
    const text = signedText(entry);
    try {
      entry.queued.signature = await signer.sign(text);
    } catch {
      // The browser has lost the key: better unsigned, and marked so, than not saved.
      return save(wish, me, moment, { shelf, signer: NO_SIGNER, subtle, ...(instead ? { instead } : {}) });
    }
    const head = { key, seq: entry.queued.seq, digest: await digestOf(text, subtle) };
    if (await shelf.add(entry, head, instead ? [instead] : [])) return entry;
  }
  throw new DOMException("other pages keep adding to the queue", "AbortError");
}

/**
 * @param {Wish} wish
 * @param {Me} me
 * @param {Moment} moment
 * @param {string | null} device
 * @param {{seq: number, digest: string}} before
 * @returns {Entry}
 */
function draft(wish, me, moment, device, before) {
  return {
    client_ref: moment.ref,
    code: wish.code,
    action: wish.action,
    post_id: wish.post_id ?? null,
    next_shift: wish.next_shift ?? false,
    device,
    queued: {
      member: me.member,
      seq: before.seq + 1,
      previous: before.digest,
      phone_at: Math.round(moment.at),
      monotonic_ms: Math.round(moment.monotonic),
      signature: null,
    },
    name: me.name,
    state: "waiting",
    saved_at: moment.at,
  };
}

/**
 * The same code scanned again while the first still waits is the same scan.
 * @param {Entry} entry
 * @param {Wish} wish
 * @param {Me} me
 */
function isTwin(entry, wish, me) {
  const isSame = entry.code === wish.code && entry.action === wish.action && entry.queued.member === me.member;
  return isSame && entry.state === "waiting" && entry.post_id === (wish.post_id ?? null);
}

/**
 * Send what waits for the signed-in member, oldest first. The caller sees to it that only one page does this.
 * @param {Shelf} shelf
 * @param {typeof globalThis.fetch} fetch
 * @param {() => number} now
 * @returns {Promise<Flushed>}
 */
export async function flush(shelf, fetch, now) {
  /** @type {Flushed} */
  const done = { uploaded: [], refused: [], stop: "done" };
  if (!(await waiting(shelf)).length) return done;
  const wait = Number((await shelf.recall(NOT_BEFORE)) ?? 0) - now();
  // A longer one was reckoned by a clock that has been set right since.
  if (wait > 0 && wait <= LONGEST_WAIT_MS) return { ...done, stop: "later" };
  let form = await formToken(fetch);
  let size = BATCH;
  let isFresh = true;
  /** @type {Set<string>} */
  const passed = new Set();
  while (form.token) {
    const rest = (await waiting(shelf)).filter(
      (entry) => entry.queued.member === form.member && !passed.has(entry.client_ref),
    );
    if (!rest.length) return done;
    const batch = rest.slice(0, size);
    const answer = await ask(fetch, "/api/v1/scans/batch", { token: form.token, body: { scans: batch.map(wire) } });
    if (answer.status === 200 && Array.isArray(answer.body.verdicts)) {
      await settle(shelf, batch, answer.body.verdicts, now(), done);
      // What got no receipt is not asked about again in this round.
      for (const entry of batch) passed.add(entry.client_ref);
      isFresh = false;
    } else if (answer.status === 403 && answer.body.reason === "csrf_stale" && !isFresh) {
      form = await formToken(fetch);
      isFresh = true;
    } else if (answer.status === 413 && batch.length > 1) {
      size = Math.ceil(batch.length / 2);
    } else if (answer.status === 422 && batch.length > 1) {
      // One of them is not understood: it is found by halves, so that it does not hold up the others.
      size = Math.ceil(batch.length / 2);
    } else if ((answer.status === 422 || answer.status === 413) && batch[0]) {
      passed.add(batch[0].client_ref);
      await shelf.put([{ ...batch[0], state: "stuck", detail: String(answer.body.detail ?? "") }]);
      size = BATCH;
    } else {
      return { ...done, stop: await stopped(shelf, answer, now()) };
    }
  }
  return { ...done, stop: form.stop };
}

/**
 * Why nothing more is sent now. Everything that has no receipt goes on waiting.
 * @param {Shelf} shelf
 * @param {import("./asking.js").Answer} answer
 * @param {number} now
 * @returns {Promise<Stop>}
 */
async function stopped(shelf, answer, now) {
  if (answer.status === 0) return "no_answer";
  if (answer.status === 401) return "signed_out";
  if (answer.status !== 429 && answer.status !== 503) return "refused";
  await shelf.keep(NOT_BEFORE, now + Math.min(1000 * (answer.retryAfter || 5), LONGEST_WAIT_MS));
  return "later";
}

/**
 * @param {typeof globalThis.fetch} fetch
 * @returns {Promise<{token: string, member: string, stop: Stop}>} An empty token: not to be had now.
 */
export async function formToken(fetch) {
  const answer = await ask(fetch, "/api/v1/form-token");
  const { token, member } = answer.body;
  if (answer.status === 200 && typeof token === "string" && typeof member === "string") {
    return { token, member, stop: "done" };
  }
  /** @type {Stop} */
  const stop = answer.status === 0 ? "no_answer" : answer.status === 401 ? "signed_out" : "refused";
  return { token: "", member: "", stop };
}

/**
 * @param {Shelf} shelf
 * @param {Entry[]} batch
 * @param {Record<string, any>[]} verdicts
 * @param {number} now
 * @param {Flushed} done
 */
async function settle(shelf, batch, verdicts, now, done) {
  const byRef = new Map(verdicts.map((verdict) => [verdict.client_ref, verdict]));
  /** @type {Entry[]} */
  const changed = [];
  /** @type {string[]} */
  const ended = [];
  for (const entry of batch) {
    const told = byRef.get(entry.client_ref);
    const kept = told && after(entry, told, now);
    if (kept === null) {
      ended.push(entry.client_ref);
      done.uploaded.push(entry);
    } else if (kept) {
      changed.push(kept);
      if (kept.state === "refused") done.refused.push(kept);
    }
  }
  await shelf.put(changed);
  await shelf.drop(ended);
}

/**
 * @param {Entry} entry
 * @param {Record<string, any>} told
 * @param {number} now
 * @returns {Entry | null | undefined} What stays of the entry; null: nothing, undefined: it waits as it is.
 */
function after(entry, told, now) {
  const said = { reason: String(told.reason ?? ""), detail: String(told.detail ?? "") };
  if (told.is_final !== true) {
    if (told.reason !== "choose_post") return undefined;
    return { ...entry, ...said, state: "asks", ...(Array.isArray(told.posts) ? { posts: told.posts } : {}) };
  }
  if (told.verdict === "accepted" || told.verdict === "unchanged") return null;
  return { ...entry, ...said, state: "refused", settled_at: now };
}

/**
 * What is sent of an entry; the rest is the phone's own.
 * @param {Entry} entry
 */
function wire({ client_ref, code, action, post_id, next_shift, device, queued }) {
  return { client_ref, code, action, post_id, next_shift, device, queued };
}

/**
 * Entries that are to be sent, of all members of this phone.
 * @param {Shelf} shelf
 */
export async function waiting(shelf) {
  return (await shelf.all()).filter((entry) => entry.state === "waiting" || entry.state === "stuck");
}

/**
 * Let go of what was refused long ago.
 * @param {Shelf} shelf
 * @param {number} now
 */
export async function forgetOld(shelf, now) {
  const old = (await shelf.all()).filter(
    (entry) => entry.state === "refused" && now - (entry.settled_at ?? now) > REFUSED_STAY_MS,
  );
  if (old.length) await shelf.drop(old.map((entry) => entry.client_ref));
}
