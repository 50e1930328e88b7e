// @ts-check
/**
 * Keys for the desk: from card to card and to what can be done there. All of it works without them.
 */

const TYPING = "input, textarea, select, [contenteditable]";

/**
 * Which card comes next. Nobody is thrown from the last to the first.
 * @param {string} key
 * @param {number} at The card that has the focus; -1: none has it.
 * @param {number} count
 * @returns {number | null} None: the key goes nowhere.
 */
export function nextCard(key, at, count) {
  if (!count) return null;
  if (key === "j") return Math.min(at + 1, count - 1);
  if (key === "k") return Math.max(at - 1, 0);
  return null;
}

/** @param {Document} page */
export function start(page) {
  const cards = [...page.querySelectorAll("#cases > .case")].filter((card) => card instanceof HTMLElement);
  page.addEventListener("keydown", (event) => {
    const target = event.target;
    if (!(target instanceof HTMLElement) || target.matches(TYPING)) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = cards.findIndex((card) => card.contains(target));
    const next = nextCard(event.key, at, cards.length);
    if (next !== null) {
      event.preventDefault();
      cards[next].focus();
      cards[next].scrollIntoView({ block: "nearest" });
    } else if (at >= 0 && act(cards[at], event.key, target)) event.preventDefault();
  });
}

/**
 * The keys lead to a button or a field and never press it: what counts is decided by a press of its own.
 * @param {HTMLElement} card
 * @param {string} key
 * @param {HTMLElement} target
 * @returns {boolean} Whether the key did something.
 */
function act(card, key, target) {
  if (key === "Enter" && target === card) {
    const evidence = card.querySelector("details[data-evidence]");
    if (evidence instanceof HTMLDetailsElement) evidence.open = !evidence.open;
    return true;
  }
  if (key === "a") return focus(card.querySelector("button.main") ?? card.querySelector("form button"));
  if (key !== "r") return false;
  const reason = card.querySelector("details[data-reason]");
  if (reason instanceof HTMLDetailsElement) reason.open = true;
  return focus(card.querySelector("input[name=reason]"));
}

/** @param {Element | null} element */
function focus(element) {
  if (!(element instanceof HTMLElement)) return false;
  element.focus();
  return true;
}

if (typeof document !== "undefined") start(document);
