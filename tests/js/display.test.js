// Screens and own codes: the server's clock, the sheet, the text of a pass, the keeper's queue.

import assert from "node:assert/strict";
import { test } from "node:test";

import { leftOf, spaced, stepAt, unpacked } from "../../static/pwa/modules/code-sheet.js";
import { openCodes } from "../../static/pwa/modules/code-shelf.js";
import { pathsOf } from "../../static/pwa/modules/display.js";
import { base32, headOf, passText, signedBytes } from "../../static/pwa/modules/own-pass.js";
import { flush } from "../../static/pwa/modules/pass-queue.js";
import { shiftOf } from "../../static/pwa/modules/passes.js";
import { drawn } from "../../static/pwa/modules/qr.js";
import { offsetOf, settled } from "../../static/pwa/modules/server-clock.js";

test("half of the way there and back is added to what the server said", () => {
  assert.equal(offsetOf(10_000, { date: 0, mono: 100 }, { date: 4_000, mono: 500 }), 6_200);
});

test("a clock of this machine that was set during the answer does not count twice", () => {
  assert.equal(offsetOf(10_000, { date: 0, mono: 100 }, { date: 900_000, mono: 100 }), -890_000);
});

const JUMPS = {
  "both clocks go on": [250, 250, { offset: 7, isSure: true }],
  "a second of difference is slack": [1250, 250, { offset: 7, isSure: true }],
  "the date was set back: the time goes on without it": [-3_599_750, 250, { offset: 3_600_007, isSure: true }],
  "the date is ahead: the machine may have slept, and no old code is shown": [
    3_600_250,
    250,
    { offset: 7, isSure: false },
  ],
};
for (const [what, [date, mono, expected]] of Object.entries(JUMPS)) {
  test(`settled: ${what}`, () => {
    assert.deepEqual(settled(7, { date: 1e12, mono: 500 }, { date: 1e12 + date, mono: 500 + mono }), expected);
  });
}

test("a sheet is a row of codes, each with its digits, by step", () => {
  const codes = `${"A".repeat(31)}12345678${"B".repeat(31)}87654321`;
  assert.deepEqual(unpacked({ first: 7, codes }), [
    { step: 7, code: "A".repeat(31), typed: "12345678" },
    { step: 8, code: "B".repeat(31), typed: "87654321" },
  ]);
  assert.deepEqual(unpacked({ first: 7, codes: "" }), []);
});

test("steps and what is left of one", () => {
  assert.equal(stepAt(29_999, 15), 1);
  assert.equal(stepAt(30_000, 15), 2);
  assert.equal(leftOf(29_000, 15), 1);
  assert.equal(leftOf(30_000, 15), 15);
  assert.equal(spaced("12345678"), "1234 5678");
});

test("which display it is, the page says, or its address", () => {
  const page = (base) => ({ dataset: base ? { base } : {} });
  const linked = { sheet: "/api/v1/display/sheet", beat: "/api/v1/display/beat" };
  const own = { sheet: "/api/v1/sites/READ/sheet", beat: "/api/v1/sites/READ/beat" };
  assert.deepEqual(pathsOf(page(""), "/display"), linked);
  assert.deepEqual(pathsOf(page(""), "/sites/READ/show"), own);
  assert.deepEqual(pathsOf(page("/api/v1/sites/READ"), "/elsewhere"), own);
  assert.equal(shiftOf("/shifts/S1-0316/passes"), "S1-0316");
  assert.equal(shiftOf("/passes/offline"), "");
});

test("where nothing can be kept, a screen forgets and goes on", async () => {
  const shelf = await openCodes(undefined, "/api/v1/display/sheet");
  await shelf.keep({}, [{ step: 1, code: "", typed: "" }]);
  assert.deepEqual(await shelf.all(), { about: null, codes: [] });
});

test("base 32 is that of RFC 4648, without padding", () => {
  const text = (word) => base32(new TextEncoder().encode(word));
  assert.equal(text(""), "");
  assert.equal(text("f"), "MY");
  assert.equal(text("foo"), "MZXW6");
  assert.equal(text("fooba"), "MZXW6YTB");
  assert.equal(text("foobar"), "MZXW6YTBOI");
});

test("a pass says the same as the server's rules", () => {
  // As volunteer/rules/passes.py writes it.
  const head = headOf("0a0b0c0d", 118_000_000);
  const expected =
    "F3:BMFAWDANA4EITAAAAEBAGBAFAYDQQCIKBMGA2DQPCAIREEYUCULBOGAZDINRYHI6D4QCCIRDEQSSMJZIFEVCWLBNFYXTAMJSGM2DKNRXHA4TUOZ4HU7D6";
  assert.equal(passText(head, Uint8Array.from({ length: 64 }, (_, place) => place)), expected);
  assert.equal(new TextDecoder().decode(signedBytes(head).slice(0, 18)), "fifty-hours/pass/1");
  assert.deepEqual([...signedBytes(head).slice(18)], [...head]);
});

test("dark modules become one path, run by run", () => {
  const rows = [
    [true, true, false],
    [false, true, true],
    [false, false, false],
  ];
  assert.deepEqual(drawn(rows), { size: 3, path: "M0 0h2v1H0zM1 1h2v1H1z" });
});

const ENTRY = { client_ref: "r-1", shift: "S1", pass: "F3:A", seen_at: 5, is_late: false };

/** @param {object[]} entries */
function shelfOf(entries) {
  const held = new Map(entries.map((entry) => [entry.client_ref, entry]));
  return {
    held,
    all: async () => [...held.values()],
    put: async (entry) => void held.set(entry.client_ref, entry),
    drop: async (ref) => void held.delete(ref),
  };
}

/** @param {(path: string, body: any) => [number, any] | null} answer */
function server(answer) {
  const asked = [];
  return {
    asked,
    fetch: async (path, more) => {
      const body = JSON.parse(more.body);
      asked.push([path, body]);
      const found = answer(path, body);
      if (!found) throw new TypeError("no network");
      return new Response(JSON.stringify(found[1]), { status: found[0] });
    },
  };
}

const token = async () => "t";

test("a final verdict ends an entry, and its name is not kept", async () => {
  const shelf = shelfOf([ENTRY]);
  const verdict = { client_ref: "r-1", verdict: "accepted", is_final: true, member: { name: "李梅", unit: "法学" } };
  const { fetch, asked } = server(() => [200, { verdicts: [verdict] }]);
  const { told } = await flush(shelf, fetch, token);
  assert.deepEqual(asked, [["/api/v1/shifts/S1/passes", { passes: [{ client_ref: "r-1", pass: "F3:A" }] }]]);
  assert.equal(told[0].member.name, "李梅");
  assert.equal(shelf.held.size, 0);
});

test("without an answer it waits, and counts then as of its own step", async () => {
  const shelf = shelfOf([ENTRY]);
  await flush(shelf, server(() => null).fetch, token);
  assert.deepEqual([...shelf.held.values()], [{ ...ENTRY, is_late: true }]);
  const { fetch, asked } = server(() => [503, {}]);
  await flush(shelf, fetch, token);
  assert.deepEqual(asked[0][1], { passes: [{ client_ref: "r-1", pass: "F3:A", seen_at: 5 }] });
  assert.equal(shelf.held.size, 1);
});

test("a status alone is no receipt, and neither is another entry's verdict", async () => {
  for (const body of [{}, { verdicts: [] }, { verdicts: [{ client_ref: "r-2", verdict: "accepted", is_final: true }] }]) {
    const shelf = shelfOf([ENTRY]);
    await flush(shelf, server(() => [200, body]).fetch, token);
    assert.equal(shelf.held.size, 1);
  }
});

test("what is not final waits, with its reason", async () => {
  const shelf = shelfOf([ENTRY]);
  const verdict = { client_ref: "r-1", verdict: "refused", is_final: false, reason: "not_checked_in", detail: "..." };
  const { told } = await flush(shelf, server(() => [200, { verdicts: [verdict] }]).fetch, token);
  assert.equal(told[0].detail, "...");
  assert.equal(shelf.held.size, 1);
});

test("each shift's passes go to their own address", async () => {
  const shelf = shelfOf([ENTRY, { ...ENTRY, client_ref: "r-2", shift: "S2" }]);
  const { fetch, asked } = server(() => [401, {}]);
  const { isOut } = await flush(shelf, fetch, token);
  assert.deepEqual(
    asked.map(([path]) => path),
    ["/api/v1/shifts/S1/passes", "/api/v1/shifts/S2/passes"],
  );
  assert.equal(isOut, true);
});
