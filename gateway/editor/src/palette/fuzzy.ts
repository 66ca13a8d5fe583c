/** Fuzzy search: the letters of the query in their order; starts of words and runs of letters count most. */

/** Gives a score, higher is better; null where the text does not match. */
export function score(query: string, text: string): number | null {
  const wanted = query.toLowerCase().replace(/\s+/g, "");
  if (!wanted) return 0;
  const where = text.toLowerCase();
  const whole = where.indexOf(query.toLowerCase().trim());
  if (whole >= 0) return 1000 - whole - where.length / 100 + (whole === 0 || starts(text, whole) ? 200 : 0);
  let at = 0;
  let total = 0;
  let before = -2;
  for (const letter of wanted) {
    const found = where.indexOf(letter, at);
    if (found < 0) return null;
    total += 10 - Math.min(found - at, 8) + (found === before + 1 ? 12 : 0) + (starts(text, found) ? 14 : 0);
    before = found;
    at = found + 1;
  }
  return total - where.length / 100;
}

function starts(text: string, at: number): boolean {
  const before = text[at - 1];
  const here = text[at] ?? "";
  return at === 0 || !/[\p{L}\d]/u.test(before ?? "") || (/\p{Lu}/u.test(here) && /\p{Ll}/u.test(before ?? ""));
}

/** Sorts by the best score of the texts of each entry, the first text weighing most. */
export function rank<T>(query: string, entries: readonly T[], texts: (entry: T) => readonly string[]): T[] {
  if (!query.trim()) return [...entries];
  const scored: { entry: T; value: number }[] = [];
  for (const entry of entries) {
    let best: number | null = null;
    texts(entry).forEach((text, at) => {
      const value = score(query, text);
      if (value !== null && (at < 2 || value >= 500)) best = Math.max(best ?? -1e9, value - at * 300);
    });
    if (best !== null) scored.push({ entry, value: best });
  }
  return scored.sort((a, b) => b.value - a.value).map(({ entry }) => entry);
}
