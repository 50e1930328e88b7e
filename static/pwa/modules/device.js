// @ts-check
/**
 * The phone's own key: made once, never to leave the phone, registered for each member who signs in here.
 *
 * @import { Shelf } from "./shelf.js"
 * @typedef {object} Signer
 * @property {string | null} device
 * @property {(text: string) => Promise<string | null>} sign
 * @property {(bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array | null>} [seal] The 64 bytes of the signature itself.
 */

import { ask } from "./asking.js";
import { written } from "./base64.js";

const KEY = "key";
const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const SIGNING = { name: "ECDSA", hash: "SHA-256" };
/** @type {Signer} */
export const NO_SIGNER = { device: null, sign: async () => null };

/**
 * Return what signs for the member. Without a registered key nothing is signed: an unsigned entry says so, and
 * the server marks it; signing it later would not be honest.
 * @param {Shelf} shelf
 * @param {string} member Student number.
 * @param {SubtleCrypto | undefined} subtle
 * @returns {Promise<Signer>}
 */
export async function signerOf(shelf, member, subtle) {
  const [pair, device] = [await held(shelf), await shelf.recall(place(member))];
  if (!subtle || !pair || typeof device !== "string") return NO_SIGNER;
  return {
    device,
    async sign(text) {
      const raw = await subtle.sign(SIGNING, pair.privateKey, new TextEncoder().encode(text));
      return written(new Uint8Array(raw));
    },
    async seal(bytes) {
      return new Uint8Array(await subtle.sign(SIGNING, pair.privateKey, bytes));
    },
  };
}

/**
 * Make the key if there is none, and register it for the member if it is not yet.
 * @param {Shelf} shelf
 * @param {string} member Student number of whoever is signed in.
 * @param {string} token Form token.
 * @param {typeof globalThis.fetch} fetch
 * @param {SubtleCrypto | undefined} subtle
 * @param {boolean} [again] Also if it is registered: another phone may have taken its place meanwhile.
 * @returns {Promise<string | null>} The phone's id for the member, or null: not registered this time.
 */
export async function register(shelf, member, token, fetch, subtle, again = false) {
  const known = await shelf.recall(place(member));
  if (typeof known === "string" && !again) return known;
  const pair = subtle && ((await held(shelf)) ?? (await made(shelf, subtle)));
  if (!subtle || !pair) return null;
  const point = new Uint8Array(await subtle.exportKey("raw", pair.publicKey));
  const answer = await ask(fetch, "/api/v1/devices", { token, body: { public_key: written(point) } });
  if (answer.status !== 201 || typeof answer.body.device !== "string") return null;
  await shelf.keep(place(member), answer.body.device);
  return answer.body.device;
}

/** @param {string} member */
function place(member) {
  return `device:${member}`;
}

/**
 * @param {Shelf} shelf
 * @returns {Promise<CryptoKeyPair | null>}
 */
async function held(shelf) {
  const found = await shelf.recall(KEY);
  return found && typeof found === "object" && "privateKey" in found ? /** @type {CryptoKeyPair} */ (found) : null;
}

/**
 * @param {Shelf} shelf
 * @param {SubtleCrypto} subtle
 * @returns {Promise<CryptoKeyPair | null>} null where this browser cannot keep such a key.
 */
async function made(shelf, subtle) {
  try {
    // Two pages may do this at once; the first key kept is the phone's.
    await shelf.keepFirst(KEY, await subtle.generateKey(CURVE, false, ["sign", "verify"]));
  } catch {
    return null;
  }
  return held(shelf);
}
