// @ts-check
/**
 * The text of a member's own code: what it says, signed by the phone, in base32 (RFC 4648, section 6, no padding).
 * The server's rules say the same in `volunteer/rules/passes.py`.
 */

export const STEP_SECONDS = 15;
const LABEL = new TextEncoder().encode("fifty-hours/pass/1");
// Key generation 0, format 1, purpose 3.
const FIRST = 0b00_001_011;
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * @param {string} device The phone's id: four bytes in hex.
 * @param {number} step
 */
export function headOf(device, step) {
  const head = new Uint8Array(9);
  head[0] = FIRST;
  for (let place = 0; place < 4; place += 1) head[1 + place] = Number.parseInt(device.slice(2 * place, 2 * place + 2), 16);
  new DataView(head.buffer).setUint32(5, step);
  return head;
}

/** @param {Uint8Array} head */
export function signedBytes(head) {
  const bytes = new Uint8Array(LABEL.length + head.length);
  bytes.set(LABEL);
  bytes.set(head, LABEL.length);
  return bytes;
}

/**
 * @param {Uint8Array} head
 * @param {Uint8Array} signature r and s, 32 bytes each.
 */
export function passText(head, signature) {
  const bytes = new Uint8Array(head.length + signature.length);
  bytes.set(head);
  bytes.set(signature, head.length);
  return `F3:${base32(bytes)}`;
}

/** @param {Uint8Array} bytes */
export function base32(bytes) {
  let [text, held, bits] = ["", 0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += DIGITS[(held >> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  return bits ? text + DIGITS[(held << (5 - bits)) & 31] : text;
}
