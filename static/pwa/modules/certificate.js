// @ts-check
/**
 * The verdict on a certificate, by the same rules as the server's (volunteer/rules/certificates.py) and without
 * asking it: one corpus of cases holds both to the same answers.
 */

export const ALGORITHM = "ES256";
export const PURPOSE = "fifty-hours-certificate";
const SIGNATURE_SIGNS = 86;
const LONGEST = 4000;

/** @typedef {{kid: string, kty: string, crv: string, x: string, y: string}} Key */
/**
 * @typedef {object} Claims
 * @property {string} iss
 * @property {string} number
 * @property {string} name
 * @property {string} unit
 * @property {string} from
 * @property {string} until
 * @property {Record<string, number>} minutes
 * @property {string[]} heads
 * @property {string} issued
 */
/** @typedef {{claims: Claims} | {fault: string}} Verdict */

/**
 * The token of what somebody brought: itself, or the end of the link from the code.
 * @param {string} text
 */
export function tokenIn(text) {
  const trimmed = text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  return trimmed.slice(trimmed.lastIndexOf("#") + 1);
}

/**
 * @param {string} token
 * @param {Key[]} keys
 * @param {SubtleCrypto} subtle
 * @returns {Promise<Verdict>}
 */
export async function judge(token, keys, subtle) {
  const parts = token.split(".");
  const isLike = token.length <= LONGEST && parts.length >= 2 && parts.length <= 3;
  const header = isLike ? objectIn(parts[0]) : null;
  if (!header) return { fault: "not_one" };
  const wrong = faultOf(header);
  if (wrong) return { fault: wrong };
  const key = keys.find((one) => one.kid === header.kid);
  if (!key) return { fault: "foreign_key" };
  if (parts.length < 3 || parts[2].length < SIGNATURE_SIGNS) return { fault: "cut_off" };
  const claims = (await isSigned(parts, key, subtle)) ? claimsIn(objectIn(parts[1])) : null;
  return claims ? { claims } : { fault: "changed" };
}

/**
 * The name under which the server can be asked for it, which tells it nothing else. The signature is left out: of
 * that, whoever has one can make a second that is as right.
 * @param {string} token
 * @param {SubtleCrypto} subtle
 */
export async function digestOf(token, subtle) {
  const signed = new TextEncoder().encode(token.slice(0, token.lastIndexOf(".")));
  const digest = new Uint8Array(await subtle.digest("SHA-256", signed));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {Record<string, unknown>} header */
function faultOf(header) {
  if (typeof header.alg === "string" && header.alg.toLowerCase() === "none") return "unsigned";
  if (header.alg !== ALGORITHM) return "algorithm";
  return header.typ === PURPOSE ? "" : "purpose";
}

/**
 * @param {string[]} parts
 * @param {Key} key
 * @param {SubtleCrypto} subtle
 */
async function isSigned(parts, key, subtle) {
  const signature = bytesIn(parts[2]);
  if (signature?.length !== 64) return false;
  const { kty, crv, x, y } = key;
  const how = { name: "ECDSA", namedCurve: "P-256" };
  const held = await subtle.importKey("jwk", { kty, crv, x, y }, how, false, ["verify"]);
  const signed = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
  return subtle.verify({ name: "ECDSA", hash: "SHA-256" }, held, signature, signed);
}

/**
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer> | null} What it spells in base64url; of several spellings only one is right.
 */
function bytesIn(text) {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return null;
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  const found = atob(plain);
  if (btoa(found).replaceAll("=", "") !== plain) return null;
  return Uint8Array.from(found, (sign) => sign.charCodeAt(0));
}

/**
 * @param {string} text
 * @returns {Record<string, any> | null}
 */
function objectIn(text) {
  const bytes = bytesIn(text);
  if (!bytes) return null;
  try {
    const found = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    return found && typeof found === "object" && !Array.isArray(found) ? found : null;
  } catch {
    return null;
  }
}

/**
 * @param {Record<string, any> | null} members
 * @returns {Claims | null} What a payload certifies; null where it has not the shape that is signed.
 */
function claimsIn(members) {
  const texts = ["iss", "number", "name", "unit", "from", "until", "issued"];
  if (!members || texts.some((name) => typeof members[name] !== "string")) return null;
  if (!Array.isArray(members.heads) || !members.minutes || typeof members.minutes !== "object") return null;
  return /** @type {Claims} */ (members);
}
