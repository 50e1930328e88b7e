// @ts-check
/**
 * The outbox as people see it: what waits, what the member must decide, and what was refused with its reason and
 * the way on.
 *
 * @import { Entry } from "./shelf.js"
 * @typedef {object} View
 * @property {string | undefined} mine Student number of whose entries are sent now.
 * @property {(at: number) => string} time
 * @property {(entry: Entry, postId: number) => void} choose
 */

import { word } from "./words.js";

/**
 * @param {Document} page
 * @param {Entry[]} entries
 * @param {View} view
 */
export function showOutbox(page, entries, view) {
  const card = page.getElementById("outbox");
  card?.querySelector("ul")?.replaceChildren(...entries.map((entry) => row(page, entry, view)));
  if (card) card.hidden = entries.length === 0;
}

/**
 * @param {Document} page
 * @param {Entry} entry
 * @param {View} view
 */
function row(page, entry, view) {
  const isMine = entry.queued.member === view.mine;
  const isRefused = entry.state === "refused";
  const facts = { t: view.time(entry.saved_at), name: entry.name, why: entry.detail || entry.reason || "" };
  const state = isRefused || isMine ? `row_${entry.state}` : "row_other";
  const found = page.createElement("li");
  found.append(line(page, "h3", word(page, entry.action === "out" ? "row_out" : "row_scan", facts)));
  found.append(line(page, "p", word(page, state, facts), isRefused ? "warn" : "soft"));
  if (isMine && entry.state === "asks") {
    for (const post of entry.posts ?? []) found.append(button(page, post.name, () => view.choose(entry, post.id)));
  }
  if (isMine && isRefused) found.append(way(page, "/records/make-up", word(page, "make_up")));
  return found;
}

/**
 * @param {Document} page
 * @param {string} tag
 * @param {string} text
 * @param {string} [tone]
 */
export function line(page, tag, text, tone = "") {
  const found = page.createElement(tag);
  found.textContent = text;
  if (tone) found.className = tone;
  return found;
}

/**
 * @param {Document} page
 * @param {string} text
 * @param {() => void} act
 */
export function button(page, text, act) {
  const found = page.createElement("button");
  found.type = "button";
  found.className = "button full";
  found.textContent = text;
  found.addEventListener("click", act);
  return found;
}

/**
 * @param {Document} page
 * @param {string} href
 * @param {string} text
 */
function way(page, href, text) {
  const found = page.createElement("a");
  found.href = href;
  found.className = "button";
  found.textContent = text;
  return found;
}
