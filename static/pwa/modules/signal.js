// @ts-check
/**
 * A short tone and a short shake when something was read. Browsers allow both only after the person touched the
 * page, and she may switch them off.
 */

const KEY = "quiet";

/** @type {AudioContext | undefined} */
let audio;

/** Where the person has touched the page: get ready, so that later tones are allowed. */
export function wake() {
  if (typeof AudioContext === "undefined" || isQuiet() || !isTouched()) return;
  audio ??= new AudioContext();
  void audio.resume();
}

/** @param {boolean} isGood */
export function signal(isGood) {
  if (isQuiet() || !isTouched()) return;
  navigator.vibrate?.(isGood ? 60 : [60, 80, 60]);
  if (!audio || audio.state !== "running") return;
  const [tone, volume] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = isGood ? 880 : 220;
  volume.gain.value = 0.15;
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.12);
}

function isTouched() {
  return navigator.userActivation?.hasBeenActive ?? true;
}

export function isQuiet() {
  try {
    return localStorage.getItem(KEY) === "1";
  } catch {
    return false;
  }
}

/** @param {boolean} quiet */
export function setQuiet(quiet) {
  try {
    localStorage.setItem(KEY, quiet ? "1" : "0");
  } catch {
    // Then it is as before at the next page.
  }
}
