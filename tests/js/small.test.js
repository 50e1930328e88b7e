// Names, codes, answers and words.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ask } from "../../static/pwa/modules/asking.js";
import { codeOfPath, read } from "../../static/pwa/modules/codes.js";
import { either } from "../../static/pwa/modules/decoder.js";
import { register, signerOf } from "../../static/pwa/modules/device.js";
import { uuid7 } from "../../static/pwa/modules/names.js";
import { nextCard } from "../../static/pwa/modules/review.js";
import { scan } from "../../static/pwa/modules/scanning.js";
import { filled, moment } from "../../static/pwa/modules/words.js";
import { MEI, answer, code, memoryShelf, subtle } from "./memory.js";

const HOSTS = ["localhost:8000", "hours.example.edu.cn"];
const CODE = code(0);

test("a name is a UUID of version 7 that begins with the time", () => {
  const name = uuid7(0x0195d1a26f3e, new Uint8Array(16).fill(255));
  assert.equal(name, "0195d1a2-6f3e-7fff-bfff-ffffffffffff");
  assert.ok(uuid7(1, new Uint8Array(16).fill(255)) < uuid7(2, new Uint8Array(16)));
});

const READ = {
  "the code as a display shows it": [`HTTPS://HOURS.EXAMPLE.EDU.CN/C/${CODE}`, { kind: "code", code: CODE }],
  "small letters": [`http://localhost:8000/c/${CODE.toLowerCase()}`, { kind: "code", code: CODE }],
  "another host": [`https://hours.example.edu.cn.evil.example/C/${CODE}`, { kind: "foreign" }],
  "a user before the host": [`https://hours.example.edu.cn@evil.example/C/${CODE}`, { kind: "foreign" }],
  "another port": [`http://localhost:8001/c/${CODE}`, { kind: "foreign" }],
  "another page of ours": [`https://hours.example.edu.cn/sign-out/${CODE}`, { kind: "foreign" }],
  "a code with a tail": [`https://hours.example.edu.cn/C/${CODE}/x`, { kind: "foreign" }],
  "one sign too few": [`https://hours.example.edu.cn/C/${CODE.slice(1)}`, { kind: "foreign" }],
  "a script": [`javascript:alert(1)//C/${CODE}`, { kind: "foreign" }],
  "a member's pass": [`F3:${"A".repeat(117)}`, { kind: "pass", pass: `F3:${"A".repeat(117)}` }],
  "a pass one sign short": [`F3:${"A".repeat(116)}`, { kind: "foreign" }],
  "a menu": ["https://menu.example/table/7", { kind: "foreign" }],
  "nothing": ["", { kind: "foreign" }],
};
for (const [what, [text, expected]] of Object.entries(READ)) {
  test(`read: ${what}`, () => assert.deepEqual(read(text, HOSTS), expected));
}

test("an address of a code gives the code, any other nothing", () => {
  assert.equal(codeOfPath(`/c/${CODE}`), CODE);
  assert.equal(codeOfPath("/scan"), null);
  assert.equal(codeOfPath(`/c/${CODE}/more`), null);
});

test("a body that is no JSON, and no answer at all, are told apart", async () => {
  const html = await ask(async () => answer(502, "<html>", { "Retry-After": "soon" }), "/x");
  assert.deepEqual(html, { status: 502, body: {}, retryAfter: 0 });
  const none = await ask(async () => Promise.reject(new TypeError("down")), "/x");
  assert.equal(none.status, 0);
});

test("an answer that does not come is given up", async () => {
  const never = (_path, { signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  assert.equal((await ask(never, "/x", { patience: 10 })).status, 0);
});

const VISIT = { id: 7, action: "in", at: "2026-03-02T09:00:00+08:00", state: "open" };
const MEANINGS = {
  "accepted": [201, { verdict: "accepted", visit: VISIT }, { kind: "done", visit: VISIT }],
  "already in": [201, { verdict: "unchanged", visit: VISIT }, { kind: "since", visit: VISIT }],
  "several posts": [409, { reason: "choose_post" }, { kind: "page" }],
  "not signed in": [401, { reason: "not_signed_in" }, { kind: "page" }],
  "a rule says no": [409, { reason: "outside_shift", detail: "太早" }, { kind: "refused", reason: "outside_shift", detail: "太早" }],
  "a field is wrong": [422, { reason: "bad_field", detail: "?" }, { kind: "refused", reason: "bad_field", detail: "?" }],
  "the database is away": [503, { reason: "database_away" }, { kind: "unsent" }],
  "a proxy's page": [404, "<html>", { kind: "unsent" }],
  "a portal's page": [200, "<html>", { kind: "unsent" }],
  "a conflict that is not ours": [409, "<html>", { kind: "unsent" }],
};
for (const [what, [status, body, expected]] of Object.entries(MEANINGS)) {
  test(`a scan answered: ${what}`, async () => {
    const effects = { fetch: async () => answer(status, body), token: "t", device: null };
    assert.deepEqual(await scan({ code: CODE, action: null }, "ref", effects), expected);
  });
}

test("a stale form token is fetched anew once, and the scan keeps its name", async () => {
  const sent = [];
  const fetch = async (path, more) => {
    if (more.method === "GET") return answer(200, { token: "fresh", member: MEI.member });
    sent.push([more.headers["X-CSRFToken"], JSON.parse(more.body).client_ref]);
    return sent.length === 1 ? answer(403, { reason: "csrf_stale" }) : answer(201, { verdict: "accepted", visit: VISIT });
  };
  const outcome = await scan({ code: CODE, action: null }, "ref", { fetch, token: "old", device: null });
  assert.equal(outcome.kind, "done");
  assert.deepEqual(sent, [["old", "ref"], ["fresh", "ref"]]);
});

test("the key is made once, cannot leave the phone, and is registered once for each member", async () => {
  const shelf = memoryShelf();
  const sent = [];
  const fetch = async (_path, more) => {
    sent.push(JSON.parse(more.body).public_key);
    return answer(201, { device: `0000000${sent.length}` });
  };
  assert.equal(await register(shelf, MEI.member, "t", fetch, subtle), "00000001");
  assert.equal(await register(shelf, MEI.member, "t", fetch, subtle), "00000001");
  assert.equal(await register(shelf, "2023010002", "t", fetch, subtle), "00000002");
  assert.equal(sent.length, 2);
  assert.equal(sent[0], sent[1]);
  const point = Buffer.from(sent[0], "base64url");
  assert.deepEqual([point.length, point[0]], [65, 4]);
  const pair = await shelf.recall("key");
  assert.equal(pair.privateKey.extractable, false);
  assert.equal((await signerOf(shelf, MEI.member, subtle)).device, "00000001");
});

test("a registration that is not confirmed leaves the phone unregistered", async () => {
  const shelf = memoryShelf();
  assert.equal(await register(shelf, MEI.member, "t", async () => answer(503, {}), subtle), null);
  assert.equal((await signerOf(shelf, MEI.member, subtle)).device, null);
});

test("until the fast reader is there the plain one reads, afterwards the fast one", async () => {
  let arrive = (_reader) => undefined;
  const fast = () => new Promise((resolve) => (arrive = resolve));
  const reader = either(fast, async () => async () => "plain");
  assert.equal(await reader(null), "plain");
  arrive(async () => "fast");
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(await reader(null), "fast");
});

test("where neither reader can be loaded that is said", async () => {
  const broken = async () => Promise.reject(new Error("not there"));
  await assert.rejects(either(broken, broken)(null));
});

test("the keys lead from card to card and not around the end", () => {
  assert.deepEqual(["j", "k"].map((key) => nextCard(key, -1, 3)), [0, 0]);
  assert.deepEqual(["j", "k"].map((key) => nextCard(key, 1, 3)), [2, 0]);
  assert.deepEqual(["j", "k"].map((key) => nextCard(key, 2, 3)), [2, 1]);
  assert.equal(nextCard("x", 1, 3), null);
  assert.equal(nextCard("j", -1, 0), null);
});

test("words are filled in, and what is missing stays to be seen", () => {
  assert.equal(filled("{n} 条，{t}", { n: 3 }), "3 条，{t}");
});

test("a moment of today is a time, of another day also a date, in the campus zone", () => {
  const at = Date.UTC(2026, 2, 2, 0, 27);
  const where = { lang: "zh-Hans", zone: "Asia/Shanghai", now: at + 3_600_000 };
  assert.equal(moment(at, where), "08:27");
  assert.match(moment(at, { ...where, now: at + 86_400_000 }), /3月2日.*08:27/);
});
