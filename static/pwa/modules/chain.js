// @ts-check
/**
 * What a phone signs of a queued scan, and the digest by which the next one names it: a removed, an inserted and
 * a changed entry show.
 *
 * @typedef {object} Queued How an entry stands in the queue of its phone and member.
 * @property {string} member Student number.
 * @property {number} seq From 1.
 * @property {string} previous Digest of the entry before; empty for the first.
 * @property {number} phone_at Milliseconds since 1970, by the phone.
 * @property {number} monotonic_ms Milliseconds since the page was opened.
 * @property {string | null} signature
 *
 * @typedef {object} Scan What is sent for one scan.
 * @property {string} client_ref
 * @property {string} code
 * @property {"in" | "out" | null} action
 * @property {number | null} post_id
 * @property {boolean} next_shift
 * @property {string | null} device
 * @property {Queued} queued
 */

import { written } from "./base64.js";

const LABEL = "fifty-hours/queued-scan/1";

/** @param {Scan} scan */
export function signedText(scan) {
  const { member, seq, previous, phone_at, monotonic_ms } = scan.queued;
  const choice = [scan.action ?? "", scan.post_id ?? "", scan.next_shift ? "1" : "0"];
  const place = [scan.device ?? "", member, seq, previous, phone_at, monotonic_ms];
  return [LABEL, scan.client_ref, scan.code, ...choice, ...place].join("\n");
}

/**
 * @param {string} text
 * @param {SubtleCrypto | undefined} subtle Missing where the page did not come over TLS.
 * @returns {Promise<string>} Empty where nothing can be computed: the row then shows a break, which is true.
 */
export async function digestOf(text, subtle) {
  if (!subtle) return "";
  return written(new Uint8Array(await subtle.digest("SHA-256", new TextEncoder().encode(text))));
}
