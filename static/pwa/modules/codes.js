// @ts-check
/**
 * What a scanned text is: one of our codes, a member's pass, or something foreign. Nothing here opens an address.
 *
 * @typedef {{kind: "code", code: string} | {kind: "pass", pass: string} | {kind: "foreign"}} Read
 */

const CODE = /^[A-Z2-7]{31}$/;
// Nine bytes and a signature of 64 in base32.
const PASS = /^F3:[A-Z2-7]{117}$/;

/**
 * A code counts only on an address of ours, so that a foreign site cannot pass off its own.
 * @param {string} text As the QR holds it.
 * @param {string[]} hosts Where our codes point: the host of this page and the public one.
 * @returns {Read}
 */
export function read(text, hosts) {
  const upper = text.trim().toUpperCase();
  if (PASS.test(upper)) return { kind: "pass", pass: upper };
  const code = codeIn(upper, hosts);
  return code ? { kind: "code", code } : { kind: "foreign" };
}

/**
 * @param {string} path Of an address.
 * @returns {string | null} The code that the path opens, or null.
 */
export function codeOfPath(path) {
  const parts = path.toUpperCase().split("/");
  const code = parts[2] ?? "";
  return parts.length === 3 && parts[1] === "C" && CODE.test(code) ? code : null;
}

/**
 * @param {string} text
 * @param {string[]} hosts
 */
function codeIn(text, hosts) {
  let url;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  const isWeb = url.protocol === "https:" || url.protocol === "http:";
  const isOurs = hosts.some((host) => host.toLowerCase() === url.host);
  return isWeb && isOurs ? codeOfPath(url.pathname) : null;
}
