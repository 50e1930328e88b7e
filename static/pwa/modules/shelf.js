// @ts-check
/**
 * Where a phone keeps what must not be lost: queued scans, how far each queue is, the phone's key. IndexedDB; a
 * promise is kept only when the transaction is on the disk.
 *
 * @import { Scan } from "./chain.js"
 * @typedef {"waiting" | "asks" | "refused" | "stuck"} State
 *   `asks`: the member must choose a post; `stuck`: the server does not understand it, it is tried again.
 * @typedef {Scan & {name: string, state: State, saved_at: number, settled_at?: number, reason?: string,
 *   detail?: string, posts?: {id: number, name: string}[]}} Entry
 * @typedef {{key: string, seq: number, digest: string}} Head The last entry of a queue.
 *
 * @typedef {object} Shelf
 * @property {() => Promise<Entry[]>} all Every entry, oldest first.
 * @property {(entry: Entry, head: Head, dropped?: string[]) => Promise<boolean>} add
 *   false: another page has added to the queue meanwhile, and nothing was saved.
 * @property {(entries: Entry[]) => Promise<void>} put Change entries that are there.
 * @property {(refs: string[]) => Promise<void>} drop
 * @property {(key: string) => Promise<Head>} head
 * @property {(key: string) => Promise<unknown>} recall
 * @property {(key: string, value: unknown) => Promise<void>} keep undefined: forget it.
 * @property {(key: string, value: unknown) => Promise<void>} keepFirst Unless there is a value.
 * @property {(owner: string, now: number, ms: number) => Promise<boolean>} lease
 *   Where the browser has no locks: whether *owner* may send alone for so long.
 */

const NAME = "fifty-hours";
const LEASE = "lease";

/**
 * @param {IDBFactory} factory
 * @returns {Promise<Shelf>}
 */
export async function openShelf(factory) {
  let database = await opened(factory);

  /**
   * A transaction. A phone may take the connection away from a page that was in the background: then there is a
   * second one.
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {string[]} stores
   * @param {(work: IDBTransaction) => () => T} act Begins the requests; what it returns is read at the end.
   * @returns {Promise<T>}
   */
  async function within(mode, stores, act) {
    try {
      return await once(mode, stores, act);
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "InvalidStateError") throw error;
      database = await opened(factory);
      return once(mode, stores, act);
    }
  }

  /**
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {string[]} stores
   * @param {(work: IDBTransaction) => () => T} act
   * @returns {Promise<T>}
   */
  function once(mode, stores, act) {
    return new Promise((resolve, reject) => {
      const work = database.transaction(stores, mode, { durability: "strict" });
      /** @type {() => T} */
      let result;
      work.oncomplete = () => resolve(result());
      work.onabort = () => reject(work.error ?? new DOMException("given up", "AbortError"));
      result = act(work);
    });
  }

  return {
    async all() {
      const found = await within("readonly", ["entries"], (work) => {
        const request = work.objectStore("entries").getAll();
        return () => /** @type {Entry[]} */ (request.result);
      });
      return found.sort((a, b) => a.saved_at - b.saved_at || a.queued.seq - b.queued.seq);
    },

    add(entry, head, dropped = []) {
      return within("readwrite", ["entries", "heads"], (work) => {
        let isAdded = false;
        const [entries, heads] = [work.objectStore("entries"), work.objectStore("heads")];
        const request = heads.get(head.key);
        request.onsuccess = () => {
          if ((request.result?.seq ?? 0) !== head.seq - 1) return;
          heads.put(head);
          entries.add(entry);
          for (const ref of dropped) entries.delete(ref);
          isAdded = true;
        };
        return () => isAdded;
      });
    },

    put(changed) {
      return within("readwrite", ["entries"], (work) => {
        for (const entry of changed) work.objectStore("entries").put(entry);
        return () => undefined;
      });
    },

    drop(refs) {
      return within("readwrite", ["entries"], (work) => {
        for (const ref of refs) work.objectStore("entries").delete(ref);
        return () => undefined;
      });
    },

    head(key) {
      return within("readonly", ["heads"], (work) => {
        const request = work.objectStore("heads").get(key);
        return () => request.result ?? { key, seq: 0, digest: "" };
      });
    },

    recall(key) {
      return within("readonly", ["kept"], (work) => {
        const request = work.objectStore("kept").get(key);
        return () => request.result;
      });
    },

    keep(key, value) {
      return within("readwrite", ["kept"], (work) => {
        if (value === undefined) work.objectStore("kept").delete(key);
        else work.objectStore("kept").put(value, key);
        return () => undefined;
      });
    },

    keepFirst(key, value) {
      return within("readwrite", ["kept"], (work) => {
        const request = work.objectStore("kept").get(key);
        request.onsuccess = () => void (request.result === undefined && work.objectStore("kept").put(value, key));
        return () => undefined;
      });
    },

    lease(owner, now, ms) {
      return within("readwrite", ["kept"], (work) => {
        let isMine = false;
        const request = work.objectStore("kept").get(LEASE);
        request.onsuccess = () => {
          const held = request.result;
          isMine = !held || held.owner === owner || held.until <= now || held.until > now + 10 * 60_000;
          if (isMine) work.objectStore("kept").put({ owner, until: now + ms }, LEASE);
        };
        return () => isMine;
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
      request.result.createObjectStore("entries", { keyPath: "client_ref" });
      request.result.createObjectStore("heads", { keyPath: "key" });
      request.result.createObjectStore("kept");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new DOMException("blocked by another page", "AbortError"));
  });
}
