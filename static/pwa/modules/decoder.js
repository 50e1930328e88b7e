// @ts-check
/**
 * Reads codes from pictures: with zxing-wasm; until that is here, and where it cannot run, with a slower one in
 * plain JavaScript. A browser's own detector is never asked: on many phones it is there and sees nothing.
 *
 * @typedef {(image: ImageData) => Promise<string | null>} Reader
 */

export const OPTIONS = { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 };

/**
 * @param {() => Promise<Reader>} fast
 * @param {() => Promise<Reader>} slow
 * @returns {Reader} Rejects when neither reader could be loaded.
 */
export function either(fast, slow) {
  /** @type {Reader | undefined} */
  let best;
  const coming = fast().then((reader) => (best = reader));
  /** @type {Promise<Reader> | undefined} */
  let spare;
  coming.catch(() => undefined);
  return async (image) => {
    if (best) return best(image);
    spare ??= slow();
    try {
      return await (await spare)(image);
    } catch {
      spare = undefined;
      return (await coming)(image);
    }
  };
}

/** @returns {Promise<Reader>} */
export async function zxing() {
  const path = "../vendor/zxing-wasm/reader/";
  const { prepareZXingModule, readBarcodes } = await import(`${path}index.js`);
  // Without this it would ask a foreign host.
  const locateFile = (/** @type {string} */ name) => new URL(path + name, import.meta.url).href;
  await prepareZXingModule({ overrides: { locateFile }, fireImmediately: true });
  return async (image) => {
    const found = await readBarcodes(image, OPTIONS);
    return found.find((/** @type {{isValid: boolean}} */ one) => one.isValid)?.text ?? null;
  };
}

/** @returns {Promise<Reader>} */
export async function plain() {
  const { decodeQR } = await import(`${"../vendor/qr/"}decode.js`);
  return async (image) => {
    try {
      return decodeQR(image);
    } catch {
      return null;
    }
  };
}
