// @ts-check
/// <reference lib="webworker" />
/**
 * The worker behind the pages. It keeps what every page needs, so that the site opens without network; home and
 * records as they were last seen, marked with the time; and it sends the outbox when the network is back.
 *
 * It keeps nothing else that is personal, and never touches the outbox itself: that is not in its caches.
 * The server puts SHELL, and where a worker may be a module also flushNow, before this text.
 */

/**
 * @type {ServiceWorkerGlobalScope & {
 *   SHELL: {version: string, files: string[], pages: string[], libraries: {version: string, files: string[]}},
 *   flushNow?: () => Promise<{stop: string}>,
 * }}
 */
const worker = /** @type {any} */ (self);
const { SHELL, flushNow } = worker;
const PREFIX = "shell-";
const OURS = PREFIX + SHELL.version;
// The reader is large and seldom changes: it is kept by itself, and not fetched again with each new version.
const LIBRARIES = `libraries-${SHELL.libraries.version}`;
const LIBRARY = "/vendor/";
const PAGES = "pages";
// Kept as they were last seen; only their first page.
const KEPT = new Set(["/home", "/records"]);
// Whoever passes here comes, goes or changes: what was kept is not for the next one.
const DOORS = new Set(["/sign-in", "/demo-sign-in", "/sign-out", "/sign-out-everywhere", "/activate", "/me"]);
// What is shown for an address without network; of each kind one page, which reads the rest from the address.
/** @type {[RegExp, string][]} */
const STAND_INS = [
  [/^\/scan$/, "/scan/offline"],
  [/^\/c\//i, "/scan/offline"],
  [/^\/display$/, "/display"],
  [/^\/sites\/[^/]+\/show$/, "/display"],
  [/^\/pass$/, "/pass"],
  [/^\/shifts\/[^/]+\/passes$/, "/passes/offline"],
  [/^\/verify$/, "/verify"],
];
const PATIENCE_MS = 8000;
const KEPT_AT = "X-Kept-At";

worker.addEventListener("install", (event) => event.waitUntil(fill()));
worker.addEventListener("activate", (event) => event.waitUntil(tidy()));
worker.addEventListener("message", (event) => {
  if (event.data === "take over") void worker.skipWaiting();
  if (event.data === "keep pages") event.waitUntil(keepAll());
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== worker.location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(request.method === "GET" ? opened(event, url) : sent(event, url));
  } else if (request.method === "GET" && url.pathname.startsWith("/static/")) {
    event.respondWith(file(request));
  }
});

worker.addEventListener("sync", (/** @type {any} */ event) => {
  if (event.tag === "outbox" && flushNow) event.waitUntil(upload(flushNow));
});

/** Keep the shell of this version, and the libraries unless they are kept. */
async function fill() {
  const cache = await caches.open(OURS);
  // The pages may have changed under the same address, the files cannot.
  await cache.addAll([...SHELL.files, ...SHELL.pages.map((path) => new Request(path, { cache: "reload" }))]);
  const libraries = await caches.open(LIBRARIES);
  for (const path of SHELL.libraries.files) {
    if (!(await libraries.match(nameOf(path)))) await libraries.put(nameOf(path), await fetched(path));
  }
}

/**
 * A file as it is, without the address that it came from.
 * @param {string} path
 */
async function fetched(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  const headers = new Headers(answer.headers);
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  return new Response(await answer.blob(), { headers });
}

/**
 * @param {string} path Of a file of a library, under whatever version of ours.
 * @returns {string} Its name in the cache of the libraries.
 */
function nameOf(path) {
  return path.slice(path.indexOf(LIBRARY));
}

/** Drop old shells, but for the last one: a page of it may still be open and want a script. */
async function tidy() {
  const names = await caches.keys();
  const shells = names.filter((name) => name.startsWith(PREFIX) && name !== OURS);
  const libraries = names.filter((name) => name.startsWith("libraries-") && name !== LIBRARIES);
  await Promise.all([...shells.slice(0, -1), ...libraries].map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/**
 * A page: from the network; without it as it was last seen, or the page that says so.
 * @param {FetchEvent} event
 * @param {URL} url
 * @returns {Promise<Response>}
 */
async function opened(event, url) {
  const isKept = KEPT.has(url.pathname) && !url.search;
  const kept = isKept ? await keptPage(url.pathname) : undefined;
  try {
    const answer = await (kept ? inTime(fetch(event.request)) : fetch(event.request));
    if (isKept) event.waitUntil(answer.ok ? keep(url.pathname, answer.clone()) : forget(answer));
    return answer;
  } catch {
    return kept ?? withoutNetwork(url.pathname);
  }
}

/**
 * A form: never kept, never repeated.
 * @param {FetchEvent} event
 * @param {URL} url
 * @returns {Promise<Response>}
 */
async function sent(event, url) {
  if (DOORS.has(url.pathname)) await caches.delete(PAGES);
  try {
    return await fetch(event.request);
  } catch {
    return withoutNetwork("/offline");
  }
}

/**
 * @param {Request} request
 * @returns {Promise<Response>}
 */
async function file(request) {
  const { pathname } = new URL(request.url);
  const found = await caches.match(pathname.includes(LIBRARY) ? nameOf(pathname) : request);
  if (found) return found;
  try {
    return await fetch(request);
  } catch {
    // Another version is better than none.
    return (await caches.match(request, { ignoreSearch: true })) ?? Response.error();
  }
}

/** @param {string} path */
async function withoutNetwork(path) {
  const shown = STAND_INS.find(([address]) => address.test(path))?.[1] ?? "/offline";
  return (await caches.match(shown)) ?? Response.error();
}

/**
 * @param {string} path
 * @returns {Promise<Response | undefined>} The page as it was last seen, marked with the time.
 */
async function keptPage(path) {
  const found = await (await caches.open(PAGES)).match(path);
  if (!found) return undefined;
  const text = (await found.text()).replace("<html ", `<html data-kept-at="${found.headers.get(KEPT_AT)}" `);
  return new Response(text, { headers: found.headers });
}

/**
 * @param {string} path
 * @param {Response} answer
 */
async function keep(path, answer) {
  const headers = new Headers(answer.headers);
  headers.set(KEPT_AT, new Date().toISOString());
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  const page = new Response(await answer.text(), { headers });
  await (await caches.open(PAGES)).put(path, page);
}

/** Keep what a member sees now, of each page that is not kept yet. */
async function keepAll() {
  const cache = await caches.open(PAGES);
  for (const path of KEPT) {
    if (await cache.match(path)) continue;
    const answer = await fetch(path, { headers: { Accept: "text/html" } });
    if (answer.ok && !answer.redirected) await keep(path, answer);
  }
}

/**
 * Where home leads elsewhere, nobody is signed in any more.
 * @param {Response} answer
 */
async function forget(answer) {
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) await caches.delete(PAGES);
}

/**
 * @param {Promise<Response>} answer
 * @returns {Promise<Response>}
 */
function inTime(answer) {
  return Promise.race([
    answer,
    new Promise((_, reject) => {
      setTimeout(() => reject(new Error("no answer")), PATIENCE_MS);
    }),
  ]);
}

/** @param {() => Promise<{stop: string}>} send */
async function upload(send) {
  const { stop } = await send();
  // The browser tries again later.
  if (stop === "no_answer" || stop === "later") throw new Error(stop);
}
