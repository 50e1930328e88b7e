// @ts-check
/**
 * How much waits in the outbox, on any page that shows it, and when it is sent: at once, when the network comes
 * back, and when the page is looked at again.
 *
 * @import { Entry } from "./shelf.js"
 */

import { waiting } from "./outbox.js";
import { TAG, flushNow, theShelf } from "./sync.js";
import { filled, moment } from "./words.js";

const ME = "me";
// Where a browser does not tell that the network is back, as in chat apps, a page that is left open looks itself.
const AGAIN_MS = 30_000;

/**
 * Note who is signed in, for when there is no network to ask.
 * @param {import("./app.js").Account} account
 * @returns {Promise<boolean>} Whether it is another one than before, so that what was kept for her must go.
 */
export async function keepAccount(account) {
  try {
    const shelf = await theShelf();
    const before = /** @type {import("./app.js").Account | undefined} */ (await shelf.recall(ME));
    if (JSON.stringify(before ?? null) === JSON.stringify(account)) return account === null;
    await shelf.keep(ME, account ?? undefined);
    return before?.member !== account?.member;
  } catch {
    return true;
  }
}

/** @returns {Promise<import("./outbox.js").Me | null>} Who was last signed in here. */
export async function lastAccount() {
  const found = await (await theShelf()).recall(ME);
  return found ? /** @type {import("./outbox.js").Me} */ (found) : null;
}

/** @param {Document} page */
export async function watch(page) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const turn = async () => {
    clearTimeout(timer);
    await show(page);
    const done = await send();
    await show(page);
    if (done && done.stop !== "done" && done.stop !== "signed_out") timer = setTimeout(turn, AGAIN_MS);
  };
  addEventListener("online", () => void turn());
  page.addEventListener("visibilitychange", () => page.visibilityState === "visible" && void turn());
  onChange(() => void show(page));
  await turn();
}

/** Send what waits; whatever goes wrong, it goes on waiting. */
export async function send() {
  try {
    return await flushNow();
  } catch {
    return null;
  }
}

/**
 * Call back when another page or the worker changed the outbox.
 * @param {() => void} act
 */
export function onChange(act) {
  addEventListener(TAG, act);
  if (typeof BroadcastChannel === "undefined") return;
  const channel = new BroadcastChannel(TAG);
  channel.addEventListener("message", act);
}

/** @param {Document} page */
async function show(page) {
  const line = page.getElementById("waiting");
  if (!line) return;
  /** @type {Entry[]} */
  let left = [];
  try {
    left = await waiting(await theShelf());
  } catch {
    // Where nothing can be kept, nothing waits.
  }
  const [first] = left;
  line.hidden = !first;
  const where = { lang: page.documentElement.lang, zone: page.body.dataset.zone, now: Date.now() };
  const text = line.querySelector("[data-text]");
  if (first && text instanceof HTMLElement) {
    text.textContent = filled(text.dataset.text ?? "", { n: left.length, t: moment(first.saved_at, where) });
  }
}
