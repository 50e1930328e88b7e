// @ts-check
/**
 * The keeper's page that scans members' own codes. With the network it names whom it witnessed; without, it says
 * "saved" and no more, and sends later.
 *
 * @import { Entry, PassShelf, Told } from "./pass-queue.js"
 */

import { whereOf } from "./app.js";
import { ask } from "./asking.js";
import { look, open } from "./camera.js";
import { read } from "./codes.js";
import { either, plain, zxing } from "./decoder.js";
import { flush, openPasses } from "./pass-queue.js";
import { signal, wake } from "./signal.js";
import { newRef } from "./sync.js";
import { moment, word } from "./words.js";

const PAUSE_MS = 1500;
const RETRY_MS = 20_000;
const SCANNED = "pass-scanned";
const get = globalThis.fetch.bind(globalThis);

/** @param {Document} page */
export async function start(page) {
  const root = page.getElementById("passes");
  const shift = root?.dataset.shift || shiftOf(location.pathname);
  if (!root || !shift) return;
  await new Desk(page, root, shift).begin();
}

/** @param {string} path */
export function shiftOf(path) {
  return /^\/shifts\/([0-9A-Za-z_.-]+)\/passes$/.exec(path)?.[1] ?? "";
}

class Desk {
  /** @type {PassShelf | null} */
  shelf = null;
  isOpen = false;
  /** @type {Set<string>} */
  seen = new Set();
  /** @type {Told[]} */
  told = [];
  isOut = false;
  /** @type {Promise<void>} */
  sending = Promise.resolve();

  /**
   * @param {Document} page
   * @param {HTMLElement} root
   * @param {string} shift
   */
  constructor(page, root, shift) {
    this.page = page;
    this.root = root;
    this.shift = shift;
  }

  async begin() {
    this.root.hidden = false;
    this.part("open")?.addEventListener("click", () => void this.open());
    // What another way of reading, as a scanner on a cable, has read.
    this.page.addEventListener(SCANNED, (event) => void this.take(String(/** @type {CustomEvent} */ (event).detail)));
    addEventListener("online", () => void this.send());
    setInterval(() => void this.send(), RETRY_MS);
    try {
      this.shelf = await openPasses(globalThis.indexedDB);
    } catch {
      return this.say("not_saved");
    }
    this.root.dataset.ready = "yes";
    await this.send();
  }

  async open() {
    wake();
    const video = this.part("video");
    if (!(video instanceof HTMLVideoElement)) return;
    if (!navigator.mediaDevices?.getUserMedia) return this.say("no_camera");
    this.say("starting");
    const reader = either(zxing, plain);
    let camera;
    try {
      camera = await open(navigator.mediaDevices, video);
    } catch (error) {
      return this.say(error instanceof DOMException && error.name === "NotAllowedError" ? "denied" : "no_camera");
    }
    this.isOpen = true;
    this.root.classList.add("open");
    const button = this.part("open");
    if (button) button.hidden = true;
    this.say("aim");
    const canvas = this.page.createElement("canvas");
    addEventListener("pagehide", () => camera.stop(), { once: true });
    while (this.isOpen) {
      try {
        const text = await look(video, canvas, reader, () => this.isOpen);
        if (text !== null) await this.take(text);
      } catch {
        this.isOpen = false;
        camera.stop();
        return this.say("no_reader");
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  /**
   * Save a pass, then send it. The same one seen twice by the camera is one.
   * @param {string} text
   */
  async take(text) {
    const found = read(text, [location.host]);
    if (found.kind !== "pass") return this.say(found.kind === "code" ? "post_code" : "foreign");
    if (this.seen.has(found.pass)) return;
    if (!this.shelf) return this.say("not_saved");
    /** @type {Entry} */
    const entry = {
      client_ref: newRef(),
      shift: this.shift,
      pass: found.pass,
      seen_at: Date.now(),
      // Without network it is of its own step from the first.
      is_late: !navigator.onLine,
    };
    try {
      await this.shelf.put(entry);
    } catch {
      signal(false);
      return this.say("not_saved");
    }
    this.seen.add(found.pass);
    signal(true);
    this.say("asking");
    await this.send();
    this.say("aim");
  }

  /** One upload at a time. */
  send() {
    this.sending = this.sending.then(() => this.sendNow()).catch(() => undefined);
    return this.sending;
  }

  async sendNow() {
    if (!this.shelf) return;
    const { told, isOut } = await flush(this.shelf, get, () => this.token());
    this.isOut = isOut;
    for (const one of told) {
      this.told = [one, ...this.told.filter((old) => old.entry.client_ref !== one.entry.client_ref)];
      if (one.is_final && one.verdict === "refused") signal(false);
    }
    await this.list();
  }

  /** @returns {Promise<string>} */
  async token() {
    const answer = await ask(get, "/api/v1/form-token");
    return typeof answer.body.token === "string" ? answer.body.token : "";
  }

  /** Show what was scanned, the latest first: a name only where the server has just told it. */
  async list() {
    const [card, rows] = [this.page.getElementById("scanned"), this.page.querySelector("#scanned ul")];
    if (!card || !rows || !this.shelf) return;
    const waiting = (await this.shelf.all()).filter(
      (entry) => !this.told.some((one) => one.is_final && one.entry.client_ref === entry.client_ref),
    );
    const lines = [
      ...waiting.reverse().map((entry) => this.line("", this.saved(entry), "")),
      ...this.told.filter((one) => one.is_final).map((one) => this.final(one)),
    ];
    rows.replaceChildren(...lines);
    card.hidden = !lines.length;
    if (this.isOut && waiting.length) this.say("signed_out");
  }

  /** @param {Entry} entry */
  saved(entry) {
    const at = { t: moment(entry.seen_at, whereOf(this.page)) };
    const why = this.told.find((one) => one.entry.client_ref === entry.client_ref)?.detail;
    const text = word(this.page, entry.shift === this.shift ? "saved" : "of_another", at);
    return why ? `${text} ${word(this.page, "waits", { why })}` : text;
  }

  /** @param {Told} one */
  final(one) {
    if (one.verdict === "refused") return this.line(word(this.page, "refused"), one.detail ?? "", "warn");
    const { name = "", unit = "" } = one.member ?? {};
    return this.line(`${name} ${unit}`, word(this.page, "witnessed"), "good");
  }

  /**
   * @param {string} head
   * @param {string} text
   * @param {string} tone
   */
  line(head, text, tone) {
    const line = this.page.createElement("li");
    const parts = [head ? ["h3", head, ""] : null, ["p", text, tone]];
    for (const part of parts) {
      if (!part) continue;
      const [tag = "", said = "", kind = ""] = part;
      const node = this.page.createElement(tag);
      node.textContent = said;
      node.className = kind;
      line.append(node);
    }
    return line;
  }

  /** @param {string} name */
  part(name) {
    const found = this.root.querySelector(`[data-part="${name}"]`);
    return found instanceof HTMLElement ? found : null;
  }

  /** @param {string} key */
  say(key) {
    const line = this.part("say");
    if (line) line.textContent = word(this.page, key);
  }
}

if (typeof document !== "undefined") void start(document);
