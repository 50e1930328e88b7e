// @ts-check
/**
 * Where a display keeps the codes that it took along, so that it shows them again after a reload without network.
 * A code whose step has passed is deleted: nobody who takes the screen away finds one.
 *
 * @typedef {object} About What a display knows besides its codes.
 * @property {string} display The handle: another one makes all codes worthless.
 * @property {number} offset Of the server's clock.
 * @property {string} prefix
 * @property {number} step_seconds
 * @property {string} site
 * @property {boolean} is_host
 * @property {string[]} running
 * @property {number} inside
 * @property {string[]} names
 * @property {number} at When the server last answered, by its clock.
 * @typedef {{step: number, code: string, typed: string}} Code
 *
 * @typedef {object} CodeShelf
 * @property {() => Promise<{about: About | null, codes: Code[]}>} all
 * @property {(about: About, codes: Code[]) => Promise<void>} keep
 * @property {(step: number) => Promise<void>} dropBefore
 * @property {() => Promise<void>} clear
 */

const NAME = "fifty-hours-display";

/**
 * @param {IDBFactory | undefined} factory
 * @param {string} sheet Whose codes: a browser may be display of several sites.
 * @returns {Promise<CodeShelf>} Where nothing can be kept, a shelf that forgets.
 */
export async function openCodes(factory, sheet) {
  try {
    if (!factory) throw new DOMException("no storage", "NotSupportedError");
    return kept(await opened(factory), sheet);
  } catch {
    const nothing = async () => undefined;
    return { all: async () => ({ about: null, codes: [] }), keep: nothing, dropBefore: nothing, clear: nothing };
  }
}

/**
 * @param {IDBDatabase} database
 * @param {string} sheet
 * @returns {CodeShelf}
 */
function kept(database, sheet) {
  const steps = (before = Infinity) => IDBKeyRange.bound([sheet, 0], [sheet, before], false, true);

  /**
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {(abouts: IDBObjectStore, codes: IDBObjectStore) => () => T} act
   * @returns {Promise<T>}
   */
  function within(mode, act) {
    return new Promise((resolve, reject) => {
      const work = database.transaction(["abouts", "codes"], mode);
      const result = act(work.objectStore("abouts"), work.objectStore("codes"));
      work.oncomplete = () => resolve(result());
      work.onabort = () => reject(work.error ?? new DOMException("given up", "AbortError"));
    });
  }

  return {
    all() {
      return within("readonly", (abouts, codes) => {
        const [about, found] = [abouts.get(sheet), codes.getAll(steps())];
        return () => ({
          about: about.result ?? null,
          codes: found.result.map(({ step, code, typed }) => ({ step, code, typed })),
        });
      });
    },
    keep(about, found) {
      return within("readwrite", (abouts, codes) => {
        abouts.put(about, sheet);
        for (const code of found) codes.put({ sheet, ...code });
        return () => undefined;
      });
    },
    dropBefore(step) {
      return within("readwrite", (_, codes) => {
        codes.delete(steps(step));
        return () => undefined;
      });
    },
    clear() {
      return within("readwrite", (abouts, codes) => {
        abouts.delete(sheet);
        codes.delete(steps());
        return () => undefined;
      });
    },
  };
}

/**
 * @param {IDBFactory} factory
 * @returns {Promise<IDBDatabase>}
 */
function opened(factory) {
  return new Promise((resolve, reject) => {
    const request = factory.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("abouts");
      request.result.createObjectStore("codes", { keyPath: ["sheet", "step"] });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new DOMException("blocked by another page", "AbortError"));
  });
}
