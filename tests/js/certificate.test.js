// The verdicts of the page's script, over the same corpus as the server's.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { digestOf, judge, tokenIn } from "../../static/pwa/modules/certificate.js";
import { subtle } from "./memory.js";

const corpus = JSON.parse(readFileSync(new URL("../certificates/corpus.json", import.meta.url), "utf-8"));

for (const { case: what, text, verdict } of corpus.cases) {
  test(`${what}: ${verdict}`, async () => {
    const found = await judge(tokenIn(text), corpus.keys, subtle);
    assert.equal("fault" in found ? found.fault : "genuine", verdict);
    if ("claims" in found) assert.deepEqual(found.claims, corpus.claims);
  });
}

test("without a key of ours everything is foreign", async () => {
  const { text } = corpus.cases[0];
  assert.deepEqual(await judge(tokenIn(text), [], subtle), { fault: "foreign_key" });
});

test("it is asked for by the digest of all but the signature", async () => {
  const [first, , , other] = corpus.cases.map((/** @type {{text: string}} */ one) => tokenIn(one.text));
  assert.equal(await digestOf(first, subtle), await digestOf(other, subtle));
  assert.match(await digestOf(first, subtle), /^[0-9a-f]{64}$/);
});
