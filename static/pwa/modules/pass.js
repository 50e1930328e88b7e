// @ts-check
/**
 * The member's own code on her phone: drawn anew each step, signed by a key that cannot leave the phone. It needs
 * the network once, to register the key and to learn how far this phone's clock is off.
 *
 * @import { Signer } from "./device.js"
 */

import { ask } from "./asking.js";
import { leftOf, stepAt } from "./code-sheet.js";
import { NO_SIGNER, register, signerOf } from "./device.js";
import { STEP_SECONDS, headOf, passText, signedBytes } from "./own-pass.js";
import { drawer, put } from "./qr.js";
import { looked, offsetOf } from "./server-clock.js";
import { subtle, theShelf } from "./sync.js";
import { lastAccount } from "./waiting.js";
import { word } from "./words.js";

const OFFSET = "clock";
const TICK_MS = 250;
const get = globalThis.fetch.bind(globalThis);

/** @param {Document} page */
export async function start(page) {
  const root = page.getElementById("pass");
  if (!root) return;
  if (!subtle()) return say(page, "no_subtle");
  const [shelf, draw] = [await theShelf(), await drawer()];
  const asked = looked();
  const answer = await ask(get, "/api/v1/form-token");
  const { token, member: signedIn, now_ms } = answer.body;
  if (answer.status === 401) return say(page, "signed_out");
  if (answer.status === 403 || answer.status === 409) return say(page, "no_member");
  if (answer.status === 200 && typeof now_ms === "number") await shelf.keep(OFFSET, offsetOf(now_ms, asked, looked()));
  const account = await lastAccount();
  const member = typeof signedIn === "string" ? signedIn : account?.member;
  if (!member) return say(page, "signed_out");
  if (typeof token === "string") await register(shelf, member, token, get, subtle(), true);
  const signer = await signerOf(shelf, member, subtle());
  if (signer === NO_SIGNER || !signer.device) return say(page, "no_key");
  const who = page.getElementById("who");
  if (who) who.textContent = account?.member === member ? account.name : "";
  const offset = Number((await shelf.recall(OFFSET)) ?? 0);
  root.classList.remove("blank");
  say(page, "shown");
  if ("wakeLock" in navigator) void navigator.wakeLock.request("screen").catch(() => undefined);
  run(page, signer, () => Date.now() + offset, draw);
}

/**
 * @param {Document} page
 * @param {Signer} signer
 * @param {() => number} now By the server's clock.
 * @param {(text: string) => import("./qr.js").Drawing} draw
 */
function run(page, signer, now, draw) {
  let shown = -1;
  const tick = async () => {
    const bar = page.getElementById("bar");
    if (bar instanceof HTMLProgressElement) bar.value = leftOf(now(), STEP_SECONDS);
    const step = stepAt(now(), STEP_SECONDS);
    if (step === shown || !signer.device || !signer.seal) return;
    shown = step;
    const head = headOf(signer.device, step);
    const signature = await signer.seal(signedBytes(head));
    if (!signature) return;
    const text = passText(head, signature);
    const path = page.getElementById("qr");
    put(path, draw(text));
  };
  setInterval(() => void tick(), TICK_MS);
  void tick();
}

/**
 * @param {Document} page
 * @param {string} key
 */
function say(page, key) {
  const line = page.getElementById("say");
  if (line) line.textContent = word(page, key);
}

if (typeof document !== "undefined") void start(document);
