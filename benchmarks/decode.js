// @ts-check
// Reads raw frames with the reader of the pages and prints what was read, and in how many milliseconds.

import { readFileSync } from "node:fs";

import { prepareZXingModule, readBarcodes } from "../static/pwa/vendor/zxing-wasm/reader/index.js";
import { OPTIONS } from "../static/pwa/modules/decoder.js";

const [film, wide, high] = [process.argv[2] ?? "", Number(process.argv[3]), Number(process.argv[4])];
const wasm = new URL("../static/pwa/vendor/zxing-wasm/reader/zxing_reader.wasm", import.meta.url);
await prepareZXingModule({ overrides: { wasmBinary: readFileSync(wasm).buffer }, fireImmediately: true });

const bytes = readFileSync(film);
const size = wide * high * 4;
const results = [];
for (let start = -size; start + size <= bytes.length; start += size) {
  // The first frame is read twice: the first time warms up.
  const data = new Uint8ClampedArray(bytes.subarray(Math.max(0, start), Math.max(0, start) + size));
  if (data.length < size) break;
  const began = performance.now();
  const found = await readBarcodes(/** @type {any} */ ({ data, width: wide, height: high, colorSpace: "srgb" }), OPTIONS);
  const took = performance.now() - began;
  if (start >= 0) results.push([found.find((one) => one.isValid)?.text ?? null, took]);
}
console.log(JSON.stringify(results));
