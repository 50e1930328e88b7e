// @ts-check
/**
 * What scripts say, in the language of the page: the server writes the sentences into a template of the page.
 */

/**
 * @param {ParentNode} page
 * @param {string} key
 * @param {Record<string, string | number>} [facts] For the places in braces.
 */
export function word(page, key, facts = {}) {
  const holder = page.querySelector("template#words");
  const found = holder instanceof HTMLTemplateElement ? holder.content.querySelector(`[data-key="${key}"]`) : null;
  return filled(found?.textContent ?? key, facts);
}

/**
 * @param {string} text
 * @param {Record<string, string | number>} facts
 */
export function filled(text, facts) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(facts[name] ?? whole));
}

/**
 * A moment as the page's people read it: the time alone today, else with the day.
 * @param {number} at Milliseconds since 1970.
 * @param {{lang: string, zone: string | undefined, now: number}} where
 */
export function moment(at, { lang, zone, now }) {
  const timeZone = zone || "Asia/Shanghai";
  const day = new Intl.DateTimeFormat("en-CA", { timeZone });
  const isToday = day.format(at) === day.format(now);
  /** @type {Intl.DateTimeFormatOptions} */
  const date = isToday ? {} : { month: "short", day: "numeric" };
  return new Intl.DateTimeFormat(lang, { ...date, hour: "2-digit", minute: "2-digit", hour12: false, timeZone }).format(at);
}
