// @ts-check
/**
 * One request of a page's script to the server. It has three ends: done, refused, no answer.
 *
 * @typedef {object} Answer
 * @property {number} status 0: no answer.
 * @property {Record<string, any>} body Empty where the answer is no JSON, as that of a proxy in between.
 * @property {number} retryAfter Seconds that the server asks to wait; 0: it says nothing.
 */

export const PATIENCE_MS = 10_000;

/**
 * @param {typeof globalThis.fetch} fetch
 * @param {string} path
 * @param {{token?: string, body?: unknown, patience?: number}} [more] With a body it is a POST.
 * @returns {Promise<Answer>}
 */
export async function ask(fetch, path, { token, body, patience = PATIENCE_MS } = {}) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), patience);
  try {
    const answer = await fetch(path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(token ? { "X-CSRFToken": token } : {}),
      },
      body: body === undefined ? null : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      signal: giveUp.signal,
    });
    return { status: answer.status, body: await jsonOf(answer), retryAfter: secondsOf(answer) };
  } catch {
    return { status: 0, body: {}, retryAfter: 0 };
  } finally {
    clearTimeout(timer);
  }
}

/** @param {Response} answer */
async function jsonOf(answer) {
  // A body that breaks off is no answer; one that is no JSON is an answer of somebody else.
  const text = await answer.text();
  try {
    const body = JSON.parse(text);
    return body && typeof body === "object" ? body : {};
  } catch {
    return {};
  }
}

/** @param {Response} answer */
function secondsOf(answer) {
  const text = answer.headers.get("Retry-After") ?? "";
  return /^\d{1,6}$/.test(text) ? Number(text) : 0;
}
