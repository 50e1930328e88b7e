// @ts-check
/**
 * A QR as one path of an SVG, drawn on the phone: a display and a member's own code work without network.
 *
 * @typedef {{size: number, path: string}} Drawing
 */

const QUIET_MODULES = 4;

/**
 * @param {boolean[][]} rows Modules, dark or not, the quiet zone included.
 * @returns {Drawing}
 */
export function drawn(rows) {
  const parts = rows.flatMap((row, y) => [...darkRuns(row)].map(([from, to]) => `M${from} ${y}h${to - from}v1H${from}z`));
  return { size: rows.length, path: parts.join("") };
}

/** @param {boolean[]} row */
function* darkRuns(row) {
  let from = -1;
  for (let x = 0; x <= row.length; x += 1) {
    const isDark = row[x] === true;
    if (isDark && from < 0) from = x;
    else if (!isDark && from >= 0) {
      yield [from, x];
      from = -1;
    }
  }
}

/**
 * @returns {Promise<(text: string) => Drawing>} Draws capitals, digits and : / $ % * + - . alone, which take the
 *   small alphanumeric mode.
 */
export async function drawer() {
  const { encodeQR } = await import(`${"../vendor/qr/"}index.js`);
  return (text) => drawn(encodeQR(text, "raw", { ecc: "medium", encoding: "alphanumeric", border: QUIET_MODULES }));
}

/**
 * @param {Element | null} path The path within its SVG.
 * @param {Drawing | null} drawing null: nothing to show.
 */
export function put(path, drawing) {
  path?.setAttribute("d", drawing?.path ?? "");
  if (drawing) path?.closest("svg")?.setAttribute("viewBox", `0 0 ${drawing.size} ${drawing.size}`);
}
