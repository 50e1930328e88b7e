// @ts-check
/**
 * Bytes as text that fits into JSON and addresses: base64url without padding (RFC 4648, section 5).
 */

/** @param {Uint8Array} bytes */
export function written(bytes) {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
