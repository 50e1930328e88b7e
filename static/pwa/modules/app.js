// @ts-check
/**
 * What every page does once it is shown: know who uses this phone, register the worker, say when a page is an
 * old one, send what waits, and tell once how to open the site better.
 *
 * @typedef {{member: string, name: string} | null} Account
 */

import { codeOfPath } from "./codes.js";
import { filled, moment } from "./words.js";

const HINT = "hint-closed";
const KEPT_PAGES = "pages";
const SETTLED_MS = 1000;

/** @param {Document} page */
export async function start(page) {
  const root = page.documentElement;
  const keptAt = root.dataset.keptAt;
  if (keptAt) sayOld(page, Date.parse(keptAt));
  hint(page);
  // The page of a scanned code stays light: people stand in a row behind whoever opens it. The next page does it.
  if (codeOfPath(location.pathname) && !("shell" in root.dataset)) return;
  // What follows must not slow down the first look at the page.
  if (page.readyState !== "complete") await new Promise((resolve) => addEventListener("load", resolve, { once: true }));
  const isLive = !keptAt && !("shell" in root.dataset);
  const { watch } = await import("./waiting.js");
  if (isLive) await noteAccount(page);
  const sent = watch(page);
  await Promise.all([behind(isLive && accountOf(page) !== null, sent), sent]);
}

/**
 * @param {Document} page
 * @returns {Account} Who is signed in on this page.
 */
export function accountOf(page) {
  const { member, name } = page.body.dataset;
  return member ? { member, name: name ?? "" } : null;
}

/**
 * A page that the worker kept says so, and from when it is.
 * @param {Document} page
 * @param {number} at
 */
function sayOld(page, at) {
  const banner = page.getElementById("kept");
  const text = banner?.querySelector("p");
  if (!banner || !text) return;
  text.textContent = filled(text.textContent ?? "", { t: moment(at, whereOf(page)) });
  banner.hidden = false;
  // A network that comes and goes in the same moment is none; and who leaves the page meanwhile is not called back.
  let isLeaving = false;
  addEventListener("beforeunload", () => (isLeaving = true));
  addEventListener("online", () =>
    setTimeout(() => navigator.onLine && !isLeaving && location.reload(), SETTLED_MS),
  );
}

/** @param {Document} page */
export function whereOf(page) {
  return { lang: page.documentElement.lang, zone: page.body.dataset.zone, now: Date.now() };
}

/**
 * Register the worker behind the pages. A new one takes over between two pages, never under somebody's hands.
 * @param {boolean} isMember Whether there are pages to keep.
 * @param {Promise<void>} sent When what waits has been sent: nothing is asked of a worker that is being replaced.
 */
async function behind(isMember, sent) {
  if (!("serviceWorker" in navigator) || !navigator.onLine) return;
  const { serviceWorker } = navigator;
  try {
    const found = await registered(serviceWorker);
    // Also those that she has not opened yet, or not since there is a worker.
    if (isMember) (await serviceWorker.ready).active?.postMessage("keep pages");
    await sent;
    found.waiting?.postMessage("take over");
  } catch {
    // In private windows and some chat apps there is no worker: everything else works.
  }
}

/**
 * A browser that takes no module here gets the worker that cannot send, and keeps that kind.
 * @param {ServiceWorkerContainer} container
 */
async function registered(container) {
  const before = await container.getRegistration();
  const isPlain = before?.active?.scriptURL.includes("plain") ?? false;
  try {
    if (!isPlain) return await container.register("/sw.js", { type: "module" });
  } catch (error) {
    if (before) throw error;
  }
  return container.register("/sw.js?plain=1");
}

/**
 * Note who is signed in, for when there is no network; what was kept for somebody else goes.
 * @param {Document} page That the server has just made for whoever is signed in.
 */
async function noteAccount(page) {
  const account = accountOf(page);
  // A page of an error may not know who asks; only the one that asks for the password says that nobody does.
  if (account === null && !page.querySelector("form[action='/sign-in']")) return;
  const { keepAccount } = await import("./waiting.js");
  if ((await keepAccount(account)) && "caches" in globalThis) await caches.delete(KEPT_PAGES);
}

/**
 * Say once how the site is better opened: a chat app's own scanner opens a dead page where there is no network.
 * @param {Document} page
 */
function hint(page) {
  const card = page.getElementById("hint");
  if (!card || isInstalled() || remembered(HINT)) return;
  const isChat = /MicroMessenger/i.test(navigator.userAgent);
  const part = card.querySelector(isChat ? "[data-chat]" : "[data-browser]");
  if (!(part instanceof HTMLElement)) return;
  part.hidden = false;
  card.hidden = false;
  card.querySelector("button[data-close]")?.addEventListener("click", () => {
    card.hidden = true;
    remember(HINT);
  });
  addEventListener("beforeinstallprompt", (event) => offer(card, event));
}

/**
 * @param {HTMLElement} card
 * @param {any} event What a browser hands over that can install the site.
 */
function offer(card, event) {
  const button = card.querySelector("button[data-install]");
  if (!(button instanceof HTMLElement)) return;
  event.preventDefault();
  button.hidden = false;
  button.addEventListener("click", () => void event.prompt(), { once: true });
}

function isInstalled() {
  return matchMedia("(display-mode: standalone)").matches || ("standalone" in navigator && navigator.standalone === true);
}

/** @param {string} key */
function remembered(key) {
  try {
    return localStorage.getItem(key) !== null;
  } catch {
    return false;
  }
}

/** @param {string} key */
function remember(key) {
  try {
    localStorage.setItem(key, "1");
  } catch {
    // Then it is told again; nothing is lost.
  }
}

if (typeof document !== "undefined") void start(document);
