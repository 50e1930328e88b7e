// @ts-check
/**
 * The scanner's page: camera, photo, what came of a scan, and the outbox. It never opens what it reads; a code
 * leads only to its own page on this site.
 *
 * @import { Camera } from "./camera.js"
 * @import { Entry } from "./shelf.js"
 * @import { Wish } from "./outbox.js"
 */

import { accountOf, whereOf } from "./app.js";
import { look, open, readPhoto } from "./camera.js";
import { codeOfPath, read } from "./codes.js";
import { either, plain, zxing } from "./decoder.js";
import { register, signerOf } from "./device.js";
import { forgetOld, save } from "./outbox.js";
import { button, line, showOutbox } from "./outbox-list.js";
import { scan } from "./scanning.js";
import { isQuiet, setQuiet, signal, wake } from "./signal.js";
import { TAG, newRef, subtle, tell, theShelf } from "./sync.js";
import { lastAccount, onChange, send } from "./waiting.js";
import { moment, word } from "./words.js";

const AFTER_FOREIGN_MS = 1500;
const get = globalThis.fetch.bind(globalThis);

/** @param {Document} page */
export function start(page) {
  const root = page.getElementById("scanner");
  if (!root) return;
  const scanner = new Scanner(page, root);
  scanner.begin();
}

class Scanner {
  /** @type {Camera | null} */
  camera = null;
  isOpen = false;
  isOpening = false;
  isLit = false;
  /** @type {import("./decoder.js").Reader | undefined} */
  reader;

  /**
   * @param {Document} page
   * @param {HTMLElement} root
   */
  constructor(page, root) {
    this.page = page;
    this.root = root;
    this.isLive = !("shell" in page.documentElement.dataset);
    this.token = page.querySelector("input[name=csrf_token]")?.getAttribute("value") ?? "";
    this.hosts = [location.host, root.dataset.host ?? ""];
  }

  begin() {
    this.root.hidden = false;
    this.on("open", () => this.open());
    this.on("torch", () => this.light());
    this.on("other", () => this.next());
    this.on("sound", () => this.hush());
    this.part("photo")?.addEventListener("change", (event) => void this.photo(event));
    this.page.addEventListener("visibilitychange", () => this.page.visibilityState === "hidden" && this.close());
    addEventListener("pagehide", () => this.close());
    this.showSound();
    onChange(() => void this.list());
    addEventListener(TAG, () => void this.list());
    void this.list();
    void this.prepare();
    if (this.page.readyState === "complete") this.loadReader();
    else addEventListener("load", () => this.loadReader(), { once: true });
    const code = codeOfPath(location.pathname);
    if (code) this.offerToSave(code);
    else void this.openIfAllowed();
  }

  /** Early, so that a page that is left open reads codes also when the network is gone. */
  loadReader() {
    this.reader ??= either(zxing, plain);
  }

  /** What can wait until the page is shown: the phone's key, and what is too old to be shown. */
  async prepare() {
    try {
      const shelf = await theShelf();
      await forgetOld(shelf, Date.now());
      const account = accountOf(this.page);
      if (this.isLive && account) await register(shelf, account.member, this.token, get, subtle());
    } catch {
      // Without a key the scans go unsigned, and are marked so.
    }
  }

  async openIfAllowed() {
    try {
      const found = await navigator.permissions.query({ name: /** @type {any} */ ("camera") });
      if (found.state === "granted") await this.open();
    } catch {
      // Then the person opens it.
    }
  }

  /** @param {string} [id] */
  async open(id) {
    wake();
    this.close();
    const video = this.part("video");
    // It may be opening by itself while she presses the button: two would leave one running.
    if (!(video instanceof HTMLVideoElement) || this.isOpening) return;
    if (!navigator.mediaDevices?.getUserMedia) return this.say(this.noCamera("no_camera"));
    this.say("starting");
    this.loadReader();
    this.isOpening = true;
    try {
      this.camera = await open(navigator.mediaDevices, video, id);
    } catch (error) {
      const isDenied = error instanceof DOMException && error.name === "NotAllowedError";
      return this.say(this.noCamera(isDenied ? "denied" : "no_camera"));
    } finally {
      this.isOpening = false;
    }
    this.isOpen = true;
    this.isLit = false;
    this.root.classList.add("open");
    this.show("open", false);
    this.show("torch", this.camera.torch !== null);
    this.show("other", this.camera.all.length > 1);
    this.say("aim");
    await this.watch(video, this.camera);
  }

  /**
   * @param {HTMLVideoElement} video
   * @param {Camera} camera
   */
  async watch(video, camera) {
    const canvas = this.page.createElement("canvas");
    const goesOn = () => this.isOpen && this.camera === camera;
    while (goesOn()) {
      let text = null;
      try {
        text = await look(video, canvas, /** @type {import("./decoder.js").Reader} */ (this.reader), goesOn);
      } catch {
        this.reader = undefined;
        this.close();
        return this.say("no_reader");
      }
      if (text === null || (await this.take(text))) return;
      await new Promise((resolve) => setTimeout(resolve, AFTER_FOREIGN_MS));
    }
  }

  close() {
    this.isOpen = false;
    this.camera?.stop();
    this.camera = null;
    this.root.classList.remove("open");
    this.show("open", true);
    this.show("torch", false);
    this.show("other", false);
  }

  async light() {
    this.isLit = !this.isLit;
    try {
      await this.camera?.torch?.(this.isLit);
    } catch {
      this.isLit = false;
    }
    this.part("torch")?.setAttribute("aria-pressed", String(this.isLit));
  }

  async next() {
    const all = this.camera?.all ?? [];
    const place = all.findIndex((device) => device.deviceId === this.camera?.id);
    await this.open(all[(place + 1) % all.length]?.deviceId);
  }

  hush() {
    setQuiet(!isQuiet());
    wake();
    this.showSound();
  }

  showSound() {
    this.part("sound")?.setAttribute("aria-pressed", String(!isQuiet()));
  }

  /** @param {Event} event */
  async photo(event) {
    wake();
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !input.files?.[0]) return;
    this.say("reading_photo");
    this.loadReader();
    const canvas = this.page.createElement("canvas");
    let text = null;
    try {
      text = await readPhoto(input.files[0], canvas, /** @type {import("./decoder.js").Reader} */ (this.reader));
    } catch {
      this.reader = undefined;
      return this.say("no_reader");
    } finally {
      input.value = "";
    }
    if (text) await this.take(text);
    else this.say("nothing_in_photo");
  }

  /**
   * @param {string} text What was read.
   * @returns {Promise<boolean>} Whether that ends the looking.
   */
  async take(text) {
    const found = read(text, this.hosts);
    signal(found.kind === "code");
    if (found.kind !== "code") {
      this.say(found.kind);
      return false;
    }
    this.close();
    await this.submit({ code: found.code, action: null });
    return true;
  }

  /** @param {Wish} wish */
  async submit(wish) {
    const ref = newRef();
    this.say("asking");
    const account = this.isLive ? accountOf(this.page) : await lastAccount().catch(() => null);
    const device = await this.device(account?.member);
    const effects = { fetch: get, token: this.isLive ? this.token : "", device };
    const outcome = navigator.onLine ? await scan(wish, ref, effects) : { kind: /** @type {const} */ ("unsent") };
    if (outcome.kind === "unsent") return this.keep(wish, ref, account);
    this.say("");
    if (outcome.kind === "done") location.assign(`/records/${outcome.visit.id}/done`);
    else if (outcome.kind === "page") location.assign(`/c/${wish.code}`);
    else if (outcome.kind === "refused") this.tell("refused", { why: outcome.detail }, [["again", () => this.open()]]);
    else {
      const facts = { t: this.time(Date.parse(outcome.visit.at)) };
      this.tell("since", facts, [["stay", () => location.assign("/home")], ["leave", () => this.submit({ ...wish, action: "out" })]]);
    }
  }

  /** @param {string | undefined} member */
  async device(member) {
    try {
      return member ? (await signerOf(await theShelf(), member, subtle())).device : null;
    } catch {
      return null;
    }
  }

  /**
   * Without an answer: into the outbox. "Saved" is said only once it is.
   * @param {Wish} wish
   * @param {string} ref
   * @param {import("./outbox.js").Me | null} account
   * @param {string} [instead]
   */
  async keep(wish, ref, account, instead) {
    if (!account) return this.tell("saved_nobody", { t: this.time(Date.now()) }, []);
    try {
      const shelf = await theShelf();
      const signer = await signerOf(shelf, account.member, subtle());
      const now = { at: Date.now(), monotonic: performance.now(), ref };
      const entry = await save(wish, account, now, { shelf, signer, subtle: subtle(), ...(instead ? { instead } : {}) });
      const isNew = entry.client_ref === ref;
      const key = !isNew ? "saved_already" : wish.action === "out" ? "saved_out" : "saved";
      /** @type {[string, () => void][]} */
      const ways = wish.action === "out" ? [] : [["leave", () => void this.keep({ ...wish, action: "out" }, newRef(), account)]];
      this.tell(key, { t: this.time(entry.saved_at) }, [["again", () => this.open()], ...ways]);
    } catch (error) {
      signal(false);
      const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
      return this.tell(isFull ? "not_saved_full" : "not_saved", { t: this.time(Date.now()), code: wish.code }, []);
    }
    tell();
    await this.list();
    void afterSave();
  }

  /** @param {string} code Of the address that was opened without network. */
  offerToSave(code) {
    this.tell("offered", {}, [["save", () => this.submit({ code, action: null })]]);
  }

  /** Show what waits and what was refused. */
  async list() {
    /** @type {Entry[]} */
    let entries = [];
    try {
      entries = await (await theShelf()).all();
    } catch {
      // Where nothing can be kept there is nothing to show.
    }
    const mine = this.isLive ? accountOf(this.page) : await lastAccount().catch(() => null);
    showOutbox(this.page, entries, {
      mine: mine?.member,
      time: (at) => this.time(at),
      choose: (entry, postId) => void this.choose(entry, postId),
    });
  }

  /**
   * The member has named the post: that is another scan, in the place of the first.
   * @param {Entry} entry
   * @param {number} postId
   */
  async choose(entry, postId) {
    const wish = { code: entry.code, action: entry.action, post_id: postId, next_shift: entry.next_shift };
    await this.keep(wish, newRef(), { member: entry.queued.member, name: entry.name }, entry.client_ref);
    await send();
    await this.list();
  }

  /**
   * Put what came of a scan where the eyes are.
   * @param {string} key
   * @param {Record<string, string>} facts
   * @param {[string, () => void][]} ways What can be done now, by the key of its word.
   */
  tell(key, facts, ways) {
    this.say("");
    const panel = this.page.getElementById("told");
    if (!panel) return;
    const head = line(this.page, "h2", word(this.page, `${key}_head`, facts));
    const buttons = ways.map(([name, act]) => button(this.page, word(this.page, name), act));
    buttons[0]?.classList.add("main");
    panel.replaceChildren(head, line(this.page, "p", word(this.page, key, facts)), ...buttons);
    panel.hidden = false;
    // One main action at a time.
    this.show("open", ways.length === 0);
    panel.tabIndex = -1;
    panel.focus();
  }

  /** @param {string} key Of a word; empty: nothing. */
  say(key) {
    const line = this.part("say");
    if (line) line.textContent = key && word(this.page, key);
    const panel = this.page.getElementById("told");
    if (!key || !panel || panel.hidden) return;
    panel.hidden = true;
    this.show("open", !this.isOpen);
  }

  /** @param {"denied" | "no_camera"} key */
  noCamera(key) {
    if (key === "no_camera") return key;
    const agent = navigator.userAgent;
    return /MicroMessenger/i.test(agent) ? "denied_chat" : /iPhone|iPad/.test(agent) ? "denied_ios" : "denied";
  }

  /** @param {number} at */
  time(at) {
    return moment(at, whereOf(this.page));
  }

  /** @param {string} name */
  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  /**
   * @param {string} name
   * @param {boolean} isShown
   */
  show(name, isShown) {
    const part = this.part(name);
    if (part instanceof HTMLElement) part.hidden = !isShown;
  }

  /**
   * @param {string} name
   * @param {() => void} act
   */
  on(name, act) {
    this.part(name)?.addEventListener("click", act);
  }
}

/** After something was saved: ask the browser not to clear it away, and to send it when it can. */
async function afterSave() {
  try {
    await navigator.storage?.persist?.();
    const found = /** @type {any} */ (await navigator.serviceWorker?.getRegistration());
    await found?.sync?.register(TAG);
  } catch {
    // The pages send it in any case.
  }
  await send();
}

if (typeof document !== "undefined") start(document);
