// @ts-check
/**
 * A shelf in memory that keeps the same promises, a network that answers from a list, and a phone's key.
 */

import { webcrypto } from "node:crypto";

export const subtle = /** @type {SubtleCrypto} */ (webcrypto.subtle);
export const MEI = { member: "2023010001", name: "李**" };
export const NING = { member: "2023010002", name: "𠮷*" };

/** @returns {import("../../static/pwa/modules/shelf.js").Shelf & {fails: Error | null}} */
export function memoryShelf() {
  const entries = new Map();
  const heads = new Map();
  const kept = new Map();
  return {
    fails: null,
    async all() {
      return [...entries.values()].sort((a, b) => a.saved_at - b.saved_at || a.queued.seq - b.queued.seq);
    },
    async add(entry, head, dropped = []) {
      if (this.fails) throw this.fails;
      if ((heads.get(head.key)?.seq ?? 0) !== head.seq - 1) return false;
      heads.set(head.key, head);
      entries.set(entry.client_ref, structuredClone(entry));
      for (const ref of dropped) entries.delete(ref);
      return true;
    },
    async put(changed) {
      for (const entry of changed) entries.set(entry.client_ref, entry);
    },
    async drop(refs) {
      for (const ref of refs) entries.delete(ref);
    },
    async head(key) {
      return heads.get(key) ?? { key, seq: 0, digest: "" };
    },
    async recall(key) {
      return kept.get(key);
    },
    async keep(key, value) {
      kept.set(key, value);
    },
    async keepFirst(key, value) {
      if (!kept.has(key)) kept.set(key, value);
    },
    async lease(owner, now, ms) {
      const held = kept.get("lease");
      const isMine = !held || held.owner === owner || held.until <= now;
      if (isMine) kept.set("lease", { owner, until: now + ms });
      return isMine;
    },
  };
}

/**
 * A network that takes batches as the server does, unless *faults* says how the next POST ends.
 * @param {{member?: string, faults?: (object | null)[], judge?: (entry: any) => object}} [more]
 *   A fault is null (no answer) or {status, body, headers}; judge gives the verdict on one entry.
 */
export function network({ member = MEI.member, faults = [], judge = accepted } = {}) {
  /** @type {{path: string, body: any}[]} */
  const posts = [];
  let tokens = 0;
  /** @type {any} */
  const fetch = async (path, { method, body, headers }) => {
    if (method === "GET") {
      if (!member) return answer(401, { reason: "not_signed_in" });
      return answer(200, { token: `token ${++tokens}`, member });
    }
    posts.push({ path, body: JSON.parse(body), token: headers["X-CSRFToken"] });
    const fault = faults.shift();
    if (fault === null) throw new TypeError("no network");
    if (fault) return answer(fault.status, fault.body ?? {}, fault.headers);
    return answer(200, { verdicts: JSON.parse(body).scans.map(judge) });
  };
  return { fetch, posts };
}

/** @param {any} entry */
export function accepted({ client_ref }) {
  return { client_ref, verdict: "accepted", is_final: true };
}

/**
 * @param {number} status
 * @param {unknown} body
 * @param {Record<string, string>} [headers]
 */
export function answer(status, body, headers = {}) {
  return new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });
}

/** @param {string | null} [device] */
export async function signer(device = "0a0b0c0d") {
  const pair = await subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  return {
    pair,
    device,
    async sign(text) {
      const raw = await subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, new TextEncoder().encode(text));
      return Buffer.from(raw).toString("base64url");
    },
  };
}

/** @param {number} n */
export function code(n) {
  return "A".repeat(30) + "ABCDEFGH"[n % 8];
}

/**
 * @param {number} n
 * @returns {import("../../static/pwa/modules/outbox.js").Moment}
 */
export function momentOf(n) {
  return { at: 1_700_000_000_000 + n, monotonic: n, ref: `00000000-0000-7000-8000-${String(n).padStart(12, "0")}` };
}
