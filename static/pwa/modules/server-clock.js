// @ts-check
/**
 * The server's clock on a machine whose own may be wrong: only the difference between the two is used.
 *
 * @typedef {{date: number, mono: number}} Reading Two clocks of this machine, in milliseconds: one that people
 *   may set, and one that only goes on, but may stop while the machine sleeps.
 */

// What the two clocks may differ between two looks without anybody having touched one.
const SLACK_MS = 1000;

/**
 * @param {number} serverMs The server's clock when it answered.
 * @param {Reading} asked
 * @param {Reading} answered
 * @returns {number} What to add to this machine's date to get the server's time.
 */
export function offsetOf(serverMs, asked, answered) {
  return serverMs + Math.max(0, answered.mono - asked.mono) / 2 - answered.date;
}

/**
 * The difference after a look at both clocks. A date that goes back was set by somebody, and the time goes on
 * without it. One that jumps ahead may be a machine that slept: then it is right, and a screen must not show the
 * codes of the past; the server is asked as soon as it can be.
 * @param {number} offset
 * @param {Reading} before
 * @param {Reading} now
 * @returns {{offset: number, isSure: boolean}}
 */
export function settled(offset, before, now) {
  const jump = now.date - before.date - (now.mono - before.mono);
  if (jump < -SLACK_MS) return { offset: offset - jump, isSure: true };
  return { offset, isSure: jump <= SLACK_MS };
}

/** @returns {Reading} */
export function looked() {
  return { date: Date.now(), mono: performance.now() };
}
