// @ts-check
/**
 * The page that a certificate's code opens. The token stands in the fragment of the address, which is never sent;
 * the keys stand in the page, so that it judges without network. With one it asks if the certificate still stands.
 */

import { digestOf, judge, tokenIn } from "./certificate.js";
import { word } from "./words.js";

const PATIENCE_MS = 8000;
const MARKS = ["A", "B", "C", "E", "opening", "outside"];
const page = /** @type {HTMLElement} */ (document.querySelector("#verify"));
const form = /** @type {HTMLFormElement} */ (page.querySelector("form"));

/** @param {string} name */
const part = (name) => /** @type {HTMLElement} */ (page.querySelector(`[data-part="${name}"]`));
/** @param {string} key @param {Record<string, string | number>} [facts] */
const say = (key, facts) => word(document, key, facts);

/** @param {number} minutes Hours with two decimals, never rounded up. */
function hours(minutes) {
  return (Math.floor((minutes * 100) / 60) / 100).toFixed(2);
}

/** @param {string} text */
async function show(text) {
  const token = tokenIn(text);
  for (const name of ["genuine", "wrong", "standing"]) part(name).hidden = true;
  if (!token) return;
  if (!globalThis.crypto?.subtle) return fault("no_crypto");
  const verdict = await judge(token, JSON.parse(page.dataset.keys ?? "[]"), crypto.subtle);
  if ("fault" in verdict) return fault(verdict.fault);
  genuine(verdict.claims);
  await standing(token);
}

/** @param {string} key */
function fault(key) {
  part("reason").textContent = say(`fault_${key}`);
  page.dataset.verdict = key;
  part("wrong").hidden = false;
}

/** @param {import("./certificate.js").Claims} claims */
function genuine(claims) {
  const total = Object.values(claims.minutes).reduce((sum, minutes) => sum + minutes, 0);
  const days = { from: claims.from, until: claims.until };
  const rows = [
    [say("name"), claims.name],
    [say("unit"), claims.unit],
    [say("days"), say("from_until", days)],
    [say("total"), say("hours_minutes", { h: hours(total), n: total })],
    ...MARKS.filter((mark) => claims.minutes[mark]).map((mark) => [say(`mark_${mark}`), hours(claims.minutes[mark])]),
    [say("number"), claims.number],
    [say("issuer"), claims.iss],
    [say("issued"), claims.issued],
    [say("heads"), claims.heads.join("; ")],
  ];
  const list = part("claims");
  list.replaceChildren(
    ...rows.flatMap(([term, text]) => {
      const made = [document.createElement("dt"), document.createElement("dd")];
      made[0].textContent = term;
      made[1].textContent = text;
      return made;
    }),
  );
  page.dataset.verdict = "genuine";
  part("genuine").hidden = false;
}

/**
 * Ask by the digest alone. Without an answer the page says so: what was signed stays genuine, and what became of
 * it since is not known.
 * @param {string} token
 */
async function standing(token) {
  const box = part("standing");
  tell("asking", "");
  box.hidden = false;
  try {
    const digest = await digestOf(token, crypto.subtle);
    const answer = await fetch(`/api/v1/certificates/${digest}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) return tell("no_answer", "");
    const { standing: found, since } = await answer.json();
    tell(found, since ?? "");
  } catch {
    tell("no_answer", "");
  }
}

/** @param {string} key @param {string} since */
function tell(key, since) {
  const box = part("standing");
  box.textContent = say(`standing_${key}`, { day: since });
  box.dataset.standing = key;
  const isGood = key === "valid";
  box.classList.toggle("done", isGood);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void show(String(new FormData(form).get("token") ?? ""));
});
// Without this script the form would send what must not be sent.
part("other").hidden = false;
addEventListener("hashchange", () => void show(location.hash));
void show(location.hash);
