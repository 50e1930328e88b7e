// @ts-check
/**
 * The sheet of codes that a display takes along: what is in it, and what of it belongs to a moment.
 *
 * @import { Code } from "./code-shelf.js"
 */

const CODE = 31;
const TYPED = 8;

/**
 * @param {{first: number, codes: string}} sheet
 * @returns {Code[]}
 */
export function unpacked({ first, codes }) {
  return Array.from({ length: Math.floor(codes.length / (CODE + TYPED)) }, (_, place) => {
    const at = place * (CODE + TYPED);
    return { step: first + place, code: codes.slice(at, at + CODE), typed: codes.slice(at + CODE, at + CODE + TYPED) };
  });
}

/**
 * @param {number} now Milliseconds by the server's clock.
 * @param {number} seconds Of a step.
 */
export function stepAt(now, seconds) {
  return Math.floor(now / (1000 * seconds));
}

/**
 * @param {number} now
 * @param {number} seconds
 * @returns {number} Seconds until the next code, a fraction included.
 */
export function leftOf(now, seconds) {
  return seconds - ((now / 1000) % seconds);
}

/** @param {string} digits */
export function spaced(digits) {
  return `${digits.slice(0, 4)} ${digits.slice(4)}`;
}
