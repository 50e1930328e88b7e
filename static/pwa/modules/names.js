// @ts-check
/**
 * Names that a phone gives to its scans: UUID version 7 (RFC 9562), so that they sort by time.
 */

/**
 * @param {number} now Milliseconds since 1970.
 * @param {Uint8Array} random Sixteen random bytes; the first six are not used.
 */
export function uuid7(now, random) {
  const bytes = Uint8Array.from(random);
  for (let place = 5, left = now; place >= 0; place -= 1, left = Math.floor(left / 256)) bytes[place] = left % 256;
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
