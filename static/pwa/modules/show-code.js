// @ts-check
/**
 * The page that shows a site's code: asks for the next one when a step is over, and tells that it is alive.
 *
 * @typedef {{size: number, path: string, typed: string, seconds_left: number, inside: number, names: string[]}} Shown
 */

const RETRY_MS = 3000;
const BEAT_MS = 60000;

/**
 * Ask for what to show. A beat is a POST, because it writes.
 * @param {typeof globalThis.fetch} fetch
 * @param {string} site
 * @param {string | null} token Form token for a beat, null to only ask.
 * @returns {Promise<Shown | null>} null: refused or no answer.
 */
export async function ask(fetch, site, token) {
  const path = `/api/v1/sites/${encodeURIComponent(site)}/`;
  try {
    const answer = token
      ? await fetch(`${path}beat`, { method: "POST", headers: { "X-CSRFToken": token } })
      : await fetch(`${path}code`);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/**
 * Milliseconds until the next code should be asked for: just after the step is over.
 * @param {Shown | null} shown
 */
export function wait(shown) {
  return shown ? shown.seconds_left * 1000 + 200 : RETRY_MS;
}

/** @param {Document} page */
export function start(page) {
  const root = page.getElementById("show");
  if (!root) return;
  const site = root.dataset.site ?? "";
  const token = page.querySelector("meta[name=csrf-token]")?.getAttribute("content") ?? null;
  let until = Date.now() + Number(root.dataset.left) * 1000;
  let beaten = 0;

  async function turn() {
    const beats = Date.now() - beaten >= BEAT_MS;
    const shown = await ask(fetch, site, beats ? token : null);
    if (shown && beats) beaten = Date.now();
    draw(page, shown);
    if (shown) until = Date.now() + shown.seconds_left * 1000;
    setTimeout(turn, wait(shown));
  }

  setInterval(() => {
    const bar = page.getElementById("bar");
    if (bar instanceof HTMLProgressElement) bar.value = Math.max(0, (until - Date.now()) / 1000);
  }, 250);
  setTimeout(turn, Math.min(1000, Number(root.dataset.left) * 1000));
  if ("wakeLock" in navigator) {
    const hold = () => navigator.wakeLock.request("screen").catch(() => undefined);
    void hold();
    page.addEventListener("visibilitychange", () => page.visibilityState === "visible" && void hold());
  }
}

/**
 * @param {Document} page
 * @param {Shown | null} shown
 */
function draw(page, shown) {
  const away = page.getElementById("away");
  if (away) away.hidden = shown !== null;
  if (!shown) return;
  const path = page.getElementById("qr");
  path?.setAttribute("d", shown.path);
  path?.closest("svg")?.setAttribute("viewBox", `0 0 ${shown.size} ${shown.size}`);
  for (const [id, text] of [["typed", shown.typed], ["inside", String(shown.inside)], ["names", shown.names.join("  ")]]) {
    const part = page.getElementById(id);
    if (part) part.textContent = text;
  }
}

if (typeof document !== "undefined") start(document);
