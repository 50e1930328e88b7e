// @ts-check
/**
 * One scan with the network at hand: what the server's answer means for whoever holds the phone.
 *
 * @import { Wish } from "./outbox.js"
 * @typedef {{id: number, action: "in" | "out", at: string, state: string}} Visit
 * @typedef {{kind: "done", visit: Visit} | {kind: "since", visit: Visit} | {kind: "page"} | {kind: "unsent"}
 *   | {kind: "refused", reason: string, detail: string}} Outcome
 *   `page`: the code's own page goes on (it asks for the post, or to sign in); `unsent`: nobody has answered for
 *   sure, so the scan belongs into the outbox, under the same reference.
 */

import { ask } from "./asking.js";
import { formToken } from "./outbox.js";

const PATIENCE_MS = 8000;

/**
 * @param {Wish} wish
 * @param {string} ref
 * @param {{fetch: typeof globalThis.fetch, token: string, device: string | null}} effects
 *   An empty token: a fresh one is fetched.
 * @returns {Promise<Outcome>}
 */
export async function scan(wish, ref, { fetch, token, device }) {
  let held = token || (await formToken(fetch)).token;
  let answer = await sent(wish, ref, held, device, fetch);
  if (answer.status === 403 && answer.body.reason === "csrf_stale") {
    held = (await formToken(fetch)).token;
    answer = await sent(wish, ref, held, device, fetch);
  }
  return meaning(answer);
}

/**
 * @param {Wish} wish
 * @param {string} ref
 * @param {string} token
 * @param {string | null} device
 * @param {typeof globalThis.fetch} fetch
 */
function sent({ code, action, post_id = null, next_shift = false }, ref, token, device, fetch) {
  const body = { client_ref: ref, code, action, post_id, next_shift, device };
  return ask(fetch, "/api/v1/scans", { token, body, patience: PATIENCE_MS });
}

/**
 * @param {import("./asking.js").Answer} answer
 * @returns {Outcome}
 */
function meaning({ status, body }) {
  if (status === 201 && body.visit) return { kind: body.verdict === "unchanged" ? "since" : "done", visit: body.visit };
  if (status === 401 || (status === 409 && body.reason === "choose_post")) return { kind: "page" };
  const isSaid = (status === 409 || status === 422) && typeof body.reason === "string";
  if (isSaid) return { kind: "refused", reason: body.reason, detail: String(body.detail ?? "") };
  return { kind: "unsent" };
}
