// The outbox: order and chain of what is saved, and that only a receipt ends an entry.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { signedText } from "../../static/pwa/modules/chain.js";
import { NO_SIGNER } from "../../static/pwa/modules/device.js";
import { BATCH, REFUSED_STAY_MS, flush, forgetOld, save, waiting } from "../../static/pwa/modules/outbox.js";
import { MEI, NING, accepted, memoryShelf, momentOf, network, signer, subtle } from "./memory.js";

const now = () => 1_700_000_900_000;

/**
 * Save *count* scans of different codes.
 * @returns {Promise<{shelf: any, key: any}>}
 */
async function filled(count, { me = MEI, key = null, shelf = memoryShelf(), first = 0 } = {}) {
  key ??= await signer();
  for (let n = first; n < first + count; n += 1) {
    await save({ code: `CODE${n}`, action: null }, me, momentOf(n), { shelf, signer: key, subtle });
  }
  return { shelf, key };
}

const digest = (entry) => createHash("sha256").update(signedText(entry)).digest("base64url");

test("entries are numbered from one, and each names the digest of the one before", async () => {
  const { shelf } = await filled(3);
  const [one, two, three] = await shelf.all();
  assert.deepEqual([one, two, three].map((entry) => entry.queued.seq), [1, 2, 3]);
  assert.equal(one.queued.previous, "");
  assert.equal(two.queued.previous, digest(one));
  assert.equal(three.queued.previous, digest(two));
});

test("the signature is over the lines of the entry and verifies with the phone's key", async () => {
  const { shelf, key } = await filled(1);
  const [entry] = await shelf.all();
  const lines = ["fifty-hours/queued-scan/1", entry.client_ref, "CODE0", "", "", "0", "0a0b0c0d", MEI.member, "1", ""];
  const text = [...lines, String(entry.queued.phone_at), "0"].join("\n");
  assert.equal(signedText(entry), text);
  const raw = Buffer.from(entry.queued.signature, "base64url");
  assert.equal(raw.length, 64);
  const how = { name: "ECDSA", hash: "SHA-256" };
  assert.ok(await subtle.verify(how, key.pair.publicKey, raw, new TextEncoder().encode(text)));
});

test("what is saved before the key is registered goes unsigned, in a row of its own", async () => {
  const { shelf, key } = await filled(2, { key: NO_SIGNER });
  assert.equal(key, NO_SIGNER);
  await filled(1, { shelf, first: 2 });
  const places = (await shelf.all()).map(({ device, queued }) => [device, queued.seq, queued.signature === null]);
  assert.deepEqual(places, [[null, 1, true], [null, 2, true], ["0a0b0c0d", 1, false]]);
});

test("a phone whose key is lost saves unsigned rather than not at all", async () => {
  const lost = { device: "0a0b0c0d", sign: async () => Promise.reject(new Error("gone")) };
  const { shelf } = await filled(1, { key: lost });
  assert.equal((await shelf.all())[0].device, null);
});

test("the same code scanned again while it waits is saved once", async () => {
  const { shelf, key } = await filled(1);
  const again = await save({ code: "CODE0", action: null }, MEI, momentOf(9), { shelf, signer: key, subtle });
  assert.equal(again.client_ref, momentOf(0).ref);
  await save({ code: "CODE0", action: "out" }, MEI, momentOf(10), { shelf, signer: key, subtle });
  assert.equal((await shelf.all()).length, 2);
});

test("two pages that save at once get two numbers", async () => {
  const shelf = memoryShelf();
  const key = await signer();
  const one = save({ code: "CODE1", action: null }, MEI, momentOf(1), { shelf, signer: key, subtle });
  const two = save({ code: "CODE2", action: null }, MEI, momentOf(2), { shelf, signer: key, subtle });
  await Promise.all([one, two]);
  assert.deepEqual((await shelf.all()).map((entry) => entry.queued.seq).sort(), [1, 2]);
});

test("a phone that is full says so, and nothing counts as saved", async () => {
  const shelf = memoryShelf();
  shelf.fails = new DOMException("full", "QuotaExceededError");
  await assert.rejects(filled(1, { shelf }), { name: "QuotaExceededError" });
  shelf.fails = null;
  assert.deepEqual(await shelf.all(), []);
  assert.equal((await shelf.head(`${MEI.member}/0a0b0c0d`)).seq, 0);
});

test("a receipt ends an entry, oldest first", async () => {
  const { shelf } = await filled(3);
  const { fetch, posts } = network();
  const done = await flush(shelf, fetch, now);
  assert.deepEqual(posts[0].body.scans.map((scan) => scan.code), ["CODE0", "CODE1", "CODE2"]);
  assert.deepEqual(Object.keys(posts[0].body.scans[0]).sort(), ["action", "client_ref", "code", "device", "next_shift", "post_id", "queued"]);
  assert.equal(posts[0].token, "token 1");
  assert.equal(done.uploaded.length, 3);
  assert.deepEqual(await shelf.all(), []);
});

test("a hundred go in one batch, the hundred and first in the next", async () => {
  const { shelf } = await filled(BATCH + 1, { key: NO_SIGNER });
  const { fetch, posts } = network();
  await flush(shelf, fetch, now);
  assert.deepEqual(posts.map(({ body }) => body.scans.length), [100, 1]);
});

const KEEP_WAITING = {
  "no answer": [null, "no_answer"],
  "a stale form token that was only just fetched": [{ status: 403, body: { reason: "csrf_stale" } }, "refused"],
  "a proxy that knows no such page": [{ status: 404, body: "<html>" }, "refused"],
  "a fault of the server": [{ status: 500 }, "refused"],
  "a good status without verdicts": [{ status: 200, body: "<html>sign in to the campus network</html>" }, "refused"],
  "a good status for nothing of ours": [{ status: 200, body: { verdicts: [] } }, "done"],
  "a receipt for another entry": [{ status: 200, body: { verdicts: [accepted({ client_ref: "x" })] } }, "done"],
  "a verdict that is not final": [{ status: 200, body: { verdicts: [{ client_ref: momentOf(0).ref, verdict: "refused", reason: "wrong_account", is_final: false }] } }, "done"],
  "a session that has ended": [{ status: 401, body: { reason: "not_signed_in" } }, "signed_out"],
};
for (const [what, [fault, stop]] of Object.entries(KEEP_WAITING)) {
  test(`${what} leaves everything waiting`, async () => {
    const { shelf } = await filled(1);
    const before = await shelf.all();
    const done = await flush(shelf, network({ faults: [fault] }).fetch, now);
    assert.equal(done.stop, stop);
    assert.deepEqual(await shelf.all(), before);
  });
}

test("an answer that was lost is asked for again under the same reference", async () => {
  const { shelf } = await filled(1);
  const { fetch, posts } = network({ faults: [null] });
  await flush(shelf, fetch, now);
  await flush(shelf, fetch, now);
  assert.deepEqual(posts[0].body, posts[1].body);
  assert.deepEqual(await shelf.all(), []);
});

test("nobody signed in: nothing is sent", async () => {
  const { shelf } = await filled(1);
  const { fetch, posts } = network({ member: "" });
  assert.equal((await flush(shelf, fetch, now)).stop, "signed_out");
  assert.deepEqual(posts, []);
});

test("too large: the batch is halved until it passes", async () => {
  const { shelf } = await filled(8, { key: NO_SIGNER });
  const { fetch, posts } = network({ faults: [{ status: 413 }, { status: 413 }] });
  await flush(shelf, fetch, now);
  assert.deepEqual(posts.map(({ body }) => body.scans.length), [8, 4, 2, 2, 2, 2]);
  assert.deepEqual(await shelf.all(), []);
});

test("one that is not understood stays and does not hold up the others", async () => {
  const { shelf } = await filled(4, { key: NO_SIGNER });
  const answers = network();
  const fetch = (path, more) => {
    const isBad = more.method === "POST" && more.body.includes("CODE2");
    return isBad ? Promise.resolve(new Response('{"reason": "bad_field", "detail": "?"}', { status: 422 })) : answers.fetch(path, more);
  };
  const done = await flush(shelf, fetch, now);
  assert.equal(done.uploaded.length, 3);
  assert.deepEqual((await shelf.all()).map(({ code, state }) => [code, state]), [["CODE2", "stuck"]]);
  await flush(shelf, answers.fetch, now);
  assert.deepEqual(await shelf.all(), []);
});

for (const status of [429, 503]) {
  test(`${status} is asked again only after the time that the server names`, async () => {
    const { shelf } = await filled(1);
    const { fetch, posts } = network({ faults: [{ status, headers: { "Retry-After": "60" } }] });
    let time = now();
    assert.equal((await flush(shelf, fetch, () => time)).stop, "later");
    time += 59_999;
    assert.equal((await flush(shelf, fetch, () => time)).stop, "later");
    assert.equal(posts.length, 1);
    time += 1;
    assert.equal((await flush(shelf, fetch, () => time)).stop, "done");
    assert.deepEqual(await shelf.all(), []);
  });
}

test("a clock that was ten years ahead when the server asked to wait holds nothing up once it is right", async () => {
  const { shelf } = await filled(1);
  const { fetch } = network({ faults: [{ status: 503, headers: { "Retry-After": "60" } }] });
  const ahead = now() + 10 * 365 * 86_400_000;
  assert.equal((await flush(shelf, fetch, () => ahead)).stop, "later");
  assert.equal((await flush(shelf, fetch, now)).stop, "done");
  assert.deepEqual(await shelf.all(), []);
});

test("a server that is gone for an hour gets everything once, in order, when it is back", async () => {
  const tries = 120;
  const { shelf } = await filled(3, { key: NO_SIGNER });
  const { fetch, posts } = network({ faults: Array.from({ length: tries }, () => null) });
  for (let turn = 0; turn < tries; turn += 1) {
    assert.equal((await flush(shelf, fetch, () => now() + turn * 30_000)).stop, "no_answer");
    assert.equal((await waiting(shelf)).length, 3);
  }
  const done = await flush(shelf, fetch, () => now() + 3_600_000);
  assert.deepEqual(done.uploaded.map(({ code }) => code), ["CODE0", "CODE1", "CODE2"]);
  assert.equal(posts.length, tries + 1);
  assert.deepEqual(await shelf.all(), []);
});

test("a form token that goes stale between two batches is fetched anew", async () => {
  const { shelf } = await filled(BATCH + 1, { key: NO_SIGNER });
  const { fetch, posts } = network({ faults: [undefined, { status: 403, body: { reason: "csrf_stale" } }] });
  const done = await flush(shelf, fetch, now);
  assert.deepEqual(posts.map(({ token }) => token), ["token 1", "token 1", "token 2"]);
  assert.equal(done.uploaded.length, BATCH + 1);
});

test("a refused scan stays with its reason for thirty days and is not sent again", async () => {
  const { shelf } = await filled(1);
  const judge = ({ client_ref }) => ({ client_ref, verdict: "refused", reason: "too_old", detail: "太旧", is_final: true });
  const { fetch, posts } = network({ judge });
  const done = await flush(shelf, fetch, now);
  assert.equal(done.refused.length, 1);
  await flush(shelf, fetch, now);
  assert.equal(posts.length, 1);
  const [entry] = await shelf.all();
  assert.deepEqual([entry.state, entry.reason, entry.detail], ["refused", "too_old", "太旧"]);
  await forgetOld(shelf, now() + REFUSED_STAY_MS);
  assert.equal((await shelf.all()).length, 1);
  await forgetOld(shelf, now() + REFUSED_STAY_MS + 1);
  assert.equal((await shelf.all()).length, 0);
});

test("what waits is never forgotten, however old", async () => {
  const { shelf } = await filled(1);
  await forgetOld(shelf, now() + 10 * REFUSED_STAY_MS);
  assert.equal((await waiting(shelf)).length, 1);
});

test("several posts: it waits for the choice, and the choice takes its place under a new name", async () => {
  const { shelf, key } = await filled(1);
  const posts = [{ id: 4, name: "阅览室" }];
  const judge = (scan) => scan.post_id ? accepted(scan) : { client_ref: scan.client_ref, verdict: "refused", reason: "choose_post", is_final: false, posts };
  const { fetch } = network({ judge });
  await flush(shelf, fetch, now);
  const [entry] = await shelf.all();
  assert.deepEqual([entry.state, entry.posts], ["asks", posts]);
  assert.equal((await waiting(shelf)).length, 0);
  const wish = { code: entry.code, action: entry.action, post_id: 4 };
  await save(wish, MEI, momentOf(5), { shelf, signer: key, subtle, instead: entry.client_ref });
  const [chosen] = await shelf.all();
  assert.deepEqual([chosen.client_ref, chosen.queued.seq, chosen.queued.previous], [momentOf(5).ref, 2, digest(entry)]);
  await flush(shelf, fetch, now);
  assert.deepEqual(await shelf.all(), []);
});

test("only the entries of whoever is signed in are sent", async () => {
  const { shelf } = await filled(2);
  await filled(1, { shelf, me: NING, first: 2 });
  const { fetch, posts } = network({ member: NING.member });
  await flush(shelf, fetch, now);
  assert.deepEqual(posts[0].body.scans.map((scan) => scan.queued.member), [NING.member]);
  assert.deepEqual((await waiting(shelf)).map((entry) => entry.name), [MEI.name, MEI.name]);
});

test("each member has a queue of her own on a shared phone", async () => {
  const { shelf } = await filled(1);
  await filled(1, { shelf, me: NING, first: 1 });
  assert.deepEqual((await shelf.all()).map((entry) => entry.queued.seq), [1, 1]);
});
