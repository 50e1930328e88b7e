// @ts-check
/**
 * The page that shows a site's code. It takes a sheet of codes along, draws by the server's clock, and so goes on
 * through a loss of the network, and through a reload within it. It never shows a code of the past.
 *
 * @import { Answer } from "./asking.js"
 * @import { About, Code, CodeShelf } from "./code-shelf.js"
 */

import { whereOf } from "./app.js";
import { ask } from "./asking.js";
import { leftOf, spaced, stepAt, unpacked } from "./code-sheet.js";
import { openCodes } from "./code-shelf.js";
import { drawer, put } from "./qr.js";
import { looked, offsetOf, settled } from "./server-clock.js";
import { moment, word } from "./words.js";

const TICK_MS = 250;
const BEAT_MS = 15_000;
const RETRY_MS = 5000;
const TOP_UP_MS = 10 * 60_000;
// What the server says when the codes here are worthless, or this browser was never a display.
const OVER = new Set(["display_revoked", "unknown"]);
const get = globalThis.fetch.bind(globalThis);

/** @param {Document} page */
export async function start(page) {
  const root = page.getElementById("show");
  if (!root) return;
  const paths = pathsOf(root, location.pathname);
  const screen = new Screen(page, paths, await openCodes(globalThis.indexedDB, paths.sheet));
  await screen.begin();
}

/**
 * Which display this is: the page says so, but one that was kept for all of them does not.
 * @param {HTMLElement} root
 * @param {string} path Of the page's address.
 */
export function pathsOf(root, path) {
  const site = /^\/sites\/([0-9A-Za-z_.-]+)\/show$/.exec(path)?.[1];
  const base = root.dataset.base ?? (site ? `/api/v1/sites/${site}` : "/api/v1/display");
  return { sheet: `${base}/sheet`, beat: `${base}/beat` };
}

class Screen {
  /** @type {Map<number, Code>} */
  codes = new Map();
  /** @type {About | null} */
  about = null;
  /** @type {((text: string) => import("./qr.js").Drawing) | undefined} */
  draw;
  token = "";
  shownStep = -1;
  isOver = false;
  askedAt = -Infinity;
  sheetAt = -Infinity;
  isAsking = false;
  hasAnswer = true;
  reading = looked();

  /**
   * @param {Document} page
   * @param {{sheet: string, beat: string}} paths
   * @param {CodeShelf} shelf
   */
  constructor(page, paths, shelf) {
    this.page = page;
    this.paths = paths;
    this.shelf = shelf;
  }

  async begin() {
    this.draw = await drawer();
    const { about, codes } = await this.shelf.all();
    this.about = about;
    for (const code of codes) this.codes.set(code.step, code);
    setInterval(() => void this.tick(), TICK_MS);
    addEventListener("online", () => void this.ask());
    this.page.addEventListener("visibilitychange", () => this.page.visibilityState === "visible" && this.wake());
    this.wake();
    this.wide();
    await this.tick();
  }

  /** @returns {number} The server's time, in milliseconds. */
  now() {
    return Date.now() + (this.about?.offset ?? 0);
  }

  async tick() {
    if (this.isOver) return;
    this.look();
    this.show();
    const rest = this.hasAnswer && this.about ? BEAT_MS : RETRY_MS;
    if (performance.now() - this.askedAt >= rest) await this.ask();
  }

  /** Look at both clocks of this machine. */
  look() {
    const reading = looked();
    if (this.about) {
      const { offset, isSure } = settled(this.about.offset, this.reading, reading);
      this.about.offset = offset;
      if (!isSure) this.askedAt = -Infinity;
    }
    this.reading = reading;
  }

  /** Draw the code of this moment, once a step, and forget those before. */
  show() {
    const { page, about } = this;
    const bar = page.getElementById("bar");
    if (!about) return this.say(this.hasAnswer ? null : "unreached");
    const left = leftOf(this.now(), about.step_seconds);
    if (bar instanceof HTMLProgressElement) bar.value = left;
    const step = stepAt(this.now(), about.step_seconds);
    if (step === this.shownStep) return;
    this.shownStep = step;
    for (const old of this.codes.keys()) if (old < step) this.codes.delete(old);
    void this.shelf.dropBefore(step).catch(() => undefined);
    const code = this.codes.get(step);
    put(page.getElementById("qr"), code && this.draw ? this.draw(about.prefix + code.code) : null);
    this.text("typed", code ? spaced(code.typed) : "");
    page.getElementById("show")?.classList.toggle("blank", !code);
    this.beside();
  }

  /** Write what stands beside the code. */
  beside() {
    const { about } = this;
    if (!about) return;
    this.text("site", about.site);
    this.text("running", about.running.join(" · ") || word(this.page, "nothing_runs"));
    this.text("inside", String(about.inside));
    this.text("names", about.names.join("  "));
    const host = this.page.getElementById("host");
    if (host) host.hidden = !about.is_host;
    const last = Math.max(...this.codes.keys());
    const where = whereOf(this.page);
    const facts = {
      t: moment(about.at, where),
      u: this.codes.size ? moment((last + 1) * about.step_seconds * 1000, where) : "",
    };
    if (!this.codes.has(this.shownStep)) this.say(this.hasAnswer && about.is_host ? "host_closed" : "empty", facts);
    else this.say(this.hasAnswer ? null : "away", facts);
  }

  /** Give a sign of life; from time to time, and at first, fetch the codes that are lacking. */
  async ask() {
    if (this.isAsking || this.isOver) return;
    this.isAsking = true;
    this.askedAt = performance.now();
    try {
      const isDue = !this.token || performance.now() - this.sheetAt >= TOP_UP_MS;
      if (isDue) await this.fetchSheet();
      // What the sheet has just told is a minute's worth; the sign of life is told at once all the same.
      if (this.token && !this.isOver) await this.beat();
    } finally {
      this.isAsking = false;
      this.beside();
    }
  }

  /** @returns {Promise<void>} */
  async fetchSheet() {
    const last = this.codes.size ? Math.max(...this.codes.keys()) : null;
    const asked = looked();
    const answer = await ask(get, last === null ? this.paths.sheet : `${this.paths.sheet}?after=${last}`);
    if (!this.isTaken(answer) || typeof answer.body.codes !== "string") return;
    const told = answer.body;
    if (this.about && this.about.display !== told.display) {
      // Another handle: what is here was another display's.
      await this.forget();
      if (last !== null) return this.fetchSheet();
    }
    this.token = String(told.token ?? "");
    this.sheetAt = performance.now();
    this.about = {
      display: told.display,
      offset: offsetOf(told.now_ms, asked, looked()),
      prefix: told.prefix,
      step_seconds: told.step_seconds,
      site: told.site,
      is_host: told.is_host,
      running: told.running,
      inside: told.inside,
      names: told.names,
      at: told.now_ms,
    };
    const found = unpacked(/** @type {{first: number, codes: string}} */ (/** @type {unknown} */ (told)));
    for (const code of found) this.codes.set(code.step, code);
    this.shownStep = -1;
    this.show();
    await this.shelf.keep(this.about, found).catch(() => undefined);
  }

  async beat() {
    const asked = looked();
    const answer = await ask(get, this.paths.beat, { token: this.token, body: {} });
    if (answer.status === 401 || answer.status === 403) this.token = "";
    if (!this.isTaken(answer) || !this.about || typeof answer.body.now_ms !== "number") return;
    const { now_ms, inside, names, running } = answer.body;
    this.about = { ...this.about, offset: offsetOf(now_ms, asked, looked()), inside, names, running, at: now_ms };
    await this.shelf.keep(this.about, []).catch(() => undefined);
  }

  /**
   * Whether the server has answered; if it says that this is no display any more, nothing of it stays.
   * @param {Answer} answer
   */
  isTaken(answer) {
    if (answer.status >= 400 && OVER.has(String(answer.body.reason))) void this.end(answer.body.reason);
    this.hasAnswer = answer.status === 200;
    return this.hasAnswer;
  }

  /** @param {string} reason */
  async end(reason) {
    const wasDisplay = this.about !== null || reason === "display_revoked";
    this.isOver = true;
    this.page.getElementById("show")?.classList.add("blank");
    put(this.page.getElementById("qr"), null);
    this.text("typed", "");
    this.text("names", "");
    this.text("inside", "–");
    await this.forget();
    this.say(wasDisplay ? "over" : "no_display");
  }

  async forget() {
    this.codes.clear();
    this.about = null;
    await this.shelf.clear().catch(() => undefined);
  }

  /** Keep the screen lit. */
  wake() {
    if ("wakeLock" in navigator) void navigator.wakeLock.request("screen").catch(() => undefined);
    this.askedAt = -Infinity;
  }

  /** Offer the whole screen, where the browser can give it. */
  wide() {
    const button = this.page.getElementById("wide");
    if (!button || !this.page.fullscreenEnabled) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      const turn = this.page.fullscreenElement ? this.page.exitFullscreen() : this.page.documentElement.requestFullscreen();
      void turn.catch(() => undefined);
    });
  }

  /**
   * @param {string | null} key null: all is well.
   * @param {Record<string, string>} [facts]
   */
  say(key, facts = {}) {
    const line = this.page.getElementById("away");
    if (!line) return;
    const text = key === null ? "" : word(this.page, key, facts);
    line.hidden = key === null;
    if (line.textContent !== text) line.textContent = text;
  }

  /**
   * @param {string} id
   * @param {string} text
   */
  text(id, text) {
    const part = this.page.getElementById(id);
    if (part && part.textContent !== text) part.textContent = text;
  }
}

if (typeof document !== "undefined") void start(document);
