// @ts-check
/**
 * The page of the first entry: takes the code of a scanned slip from behind "#" and sends it as typed.
 * Browsers send that part of an address to nobody; here it leaves the address bar and the history too.
 */

/**
 * @param {string} hash
 * @returns {string} The code behind "#", or nothing.
 */
export function codeIn(hash) {
  const found = /^#([0-9A-Za-z]{12})$/.exec(hash);
  return found ? found[1].toUpperCase() : "";
}

/**
 * @param {Window} window
 * @returns {void}
 */
export function start(window) {
  const code = codeIn(window.location.hash);
  const form = window.document.querySelector("#slip");
  const field = window.document.querySelector("#f-code");
  if (!code || !(form instanceof HTMLFormElement) || !(field instanceof HTMLInputElement)) {
    return;
  }
  window.history.replaceState(null, "", window.location.pathname);
  field.value = code;
  form.requestSubmit();
}

if (typeof window !== "undefined") {
  start(window);
}
