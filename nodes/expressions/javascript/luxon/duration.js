// Duration, with Luxon's names and meaning.
'use strict';
const CASUAL = { years: 365 * 864e5, quarters: 91 * 864e5, months: 30 * 864e5, weeks: 6048e5, days: 864e5, hours: 36e5, minutes: 6e4, seconds: 1000, milliseconds: 1 };
const LONGTERM = { ...CASUAL, years: 365.2425 * 864e5, quarters: (365.2425 / 4) * 864e5, months: 30.436875 * 864e5 };
const FITS = { years: { quarters: 4, months: 12, weeks: 52 }, quarters: { months: 3, weeks: 13 }, months: { weeks: 4 } };
const fits = (sizes, large, small) => { // how many of a unit go into a larger one, as people count
  const round = FITS[large]?.[small];
  return round === undefined || (sizes === LONGTERM && small === 'weeks') ? sizes[large] / sizes[small] : round;
};
const amount = (value) => {
  if (typeof value === 'boolean' || value === '' || !Number.isFinite(Number(value))) throw new Error(`Invalid unit value ${value}`);
  return Number(value);
};
const spanOf = (v) => {
  if (v instanceof Duration) return v.toObject();
  if (typeof v === 'number') return { milliseconds: v };
  if (typeof v !== 'object' || v === null) throw new Error(`Unknown duration argument ${v} of type ${typeof v}`);
  return Object.fromEntries(Object.entries(v).filter(([u, n]) => n !== undefined && n !== null && !Object.hasOwn(LOCALE_KEYS, u)).map(([u, n]) => [unitName(u), amount(n)]));
};
const LOCALE_KEYS = { locale: 1, numberingSystem: 1, conversionAccuracy: 1 };
const ordered = (given) => Object.fromEntries(UNITS.filter((u) => given[u] !== undefined).map((u) => [u, given[u]]));
const tidied = (given, sizes) => { // whole amounts, none above the next larger unit where that is there
  const out = { ...given }, names = UNITS.filter((u) => u in out);
  const sign = names.reduce((sum, u) => sum + out[u] * sizes[u], 0) < 0 ? -1 : 1;
  for (let i = names.length - 1; i > 0; i -= 1) {
    const [large, small] = [names[i - 1], names[i]], size = fits(sizes, large, small), whole = Math.floor((out[small] * sign) / size);
    out[large] += whole * sign;
    out[small] -= whole * size * sign;
  }
  for (let i = 1; i < names.length; i += 1) {
    const part = out[names[i - 1]] % 1;
    out[names[i - 1]] -= part;
    out[names[i]] += part * fits(sizes, names[i - 1], names[i]);
  }
  return out;
};
const ISO_SPAN = /^(-)?P(?:(-?\d{1,20}(?:\.\d{1,20})?)Y)?(?:(-?\d{1,20}(?:\.\d{1,20})?)M)?(?:(-?\d{1,20}(?:\.\d{1,20})?)W)?(?:(-?\d{1,20}(?:\.\d{1,20})?)D)?(?:T(?:(-?\d{1,20}(?:\.\d{1,20})?)H)?(?:(-?\d{1,20}(?:\.\d{1,20})?)M)?(?:(-?\d{1,20})(?:[.,](-?\d{1,20}))?S)?)?$/;
const LETTERS = { y: 'years', M: 'months', w: 'weeks', d: 'days', h: 'hours', m: 'minutes', s: 'seconds', S: 'milliseconds' };

class Duration {
  #amounts; #options;
  constructor(amounts, options = {}) { this.#amounts = ordered(amounts); this.#options = options; }
  static fromObject(v, options = {}) {
    if (typeof v !== 'object' || v === null) throw new Error(`Duration.fromObject: argument expected to be an object, got ${v === null ? 'null' : typeof v}`);
    return new Duration(spanOf(v), options);
  }
  static fromMillis(ms, options) { return Duration.fromObject({ milliseconds: ms }, options); }
  static fromDurationLike(v) { return new Duration(spanOf(v)); }
  static fromISO(text, options) {
    const m = ISO_SPAN.exec(String(text));
    if (!m) return Duration.invalid('unparsable', `the input "${text}" can't be parsed as ISO 8601`);
    const sign = m[1] ? -1 : 1, out = {};
    ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds'].forEach((u, i) => { if (m[i + 2] !== undefined) out[u] = Number(m[i + 2]) * sign; });
    if (m[9] !== undefined) out.milliseconds = Math.floor(Number(`0.${m[9]}`) * 1000) * (m[8][0] === '-' ? -1 : 1) * sign;
    return new Duration(out, options);
  }
  static fromISOTime(text, options) {
    const m = /^T?(\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d{1,30}))?)?)?$/.exec(String(text));
    if (!m) return Duration.invalid('unparsable', `the input "${text}" can't be parsed as ISO 8601`);
    const out = { hours: Number(m[1]) };
    if (m[2] !== undefined) out.minutes = Number(m[2]);
    if (m[3] !== undefined) out.seconds = Number(m[3]);
    if (m[4] !== undefined) out.milliseconds = Math.floor(Number(`0.${m[4]}`) * 1000);
    return new Duration(out, options);
  }
  static invalid(reason, explanation = null) { return new Duration({}, { invalid: { reason, explanation } }); }
  static isDuration(v) { return v instanceof Duration; }
  #with(amounts) { return new Duration(amounts, this.#options); }
  get #sizes() { return this.#options.conversionAccuracy === 'longterm' ? LONGTERM : CASUAL; }
  get isValid() { return !this.#options.invalid; }
  get invalidReason() { return this.#options.invalid?.reason ?? null; }
  get invalidExplanation() { return this.#options.invalid?.explanation ?? null; }
  get locale() { return this.isValid ? this.#options.locale ?? 'en-US' : null; }
  get numberingSystem() { return this.isValid ? this.#options.numberingSystem ?? null : null; }
  get conversionAccuracy() { return this.#options.conversionAccuracy ?? 'casual'; }
  toMillis() { return this.isValid ? UNITS.reduce((sum, u) => sum + (this.#amounts[u] ?? 0) * this.#sizes[u], 0) : NaN; }
  valueOf() { return this.toMillis(); }
  get(unit) { return this[unitName(unit)]; }
  set(v) { return this.isValid ? this.#with({ ...this.#amounts, ...spanOf(v) }) : this; }
  reconfigure(options = {}) { return new Duration(this.#amounts, { ...this.#options, ...options }); }
  as(unit) { return this.isValid ? this.shiftTo(unit).get(unit) : NaN; }
  normalize() { return this.isValid ? this.#with(tidied(this.#amounts, this.#sizes)) : this; }
  rescale() { return this.isValid ? this.normalize().shiftToAll().removeZeros() : this; }
  removeZeros() { return this.isValid ? this.#with(Object.fromEntries(Object.entries(this.#amounts).filter(([, n]) => n !== 0))) : this; }
  shiftToAll() { return this.shiftTo('years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds', 'milliseconds'); }
  shiftTo(...names) {
    if (!this.isValid || !names.length) return this;
    const wanted = names.map(unitName), sizes = this.#sizes, built = {}, over = {};
    let last;
    for (const u of UNITS) {
      const own = this.#amounts[u];
      if (!wanted.includes(u)) { if (own !== undefined) over[u] = own; continue; }
      last = u;
      let sum = own ?? 0;
      for (const o of Object.keys(over)) { sum += fits(sizes, o, u) * over[o]; over[o] = 0; }
      built[u] = Math.trunc(sum);
      over[u] = (sum * 1000 - built[u] * 1000) / 1000;
    }
    for (const [u, n] of Object.entries(over)) if (n !== 0) built[last] += u === last ? n : n / fits(sizes, last, u);
    return this.#with(tidied(built, sizes));
  }
  toObject() { return this.isValid ? { ...this.#amounts } : {}; }
  plus(v) {
    if (!this.isValid) return this;
    const o = spanOf(v);
    return this.#with(Object.fromEntries(UNITS.filter((u) => u in this.#amounts || u in o).map((u) => [u, (this.#amounts[u] ?? 0) + (o[u] ?? 0)])));
  }
  minus(v) { return this.isValid ? this.plus(new Duration(spanOf(v)).negate()) : this; }
  mapUnits(change) { return this.isValid ? this.#with(Object.fromEntries(Object.entries(this.#amounts).map(([u, n]) => [u, amount(change(n, u))]))) : this; }
  negate() { return this.isValid ? this.#with(Object.fromEntries(Object.entries(this.#amounts).map(([u, n]) => [u, n === 0 ? 0 : -n]))) : this; }
  equals(o) { return o instanceof Duration && this.isValid && o.isValid && this.locale === o.locale && UNITS.every((u) => (this[u] || 0) === (o[u] || 0)); }
  toFormat(pattern, { floor = true } = {}) {
    if (!this.isValid) return 'Invalid Duration';
    const used = [...new Set([...pattern.replace(/'[^']*'/g, '')].map((c) => LETTERS[c]).filter(Boolean))];
    const shifted = used.length ? this.shiftTo(...used).toObject() : {};
    const show = (n, size) => { const n2 = floor ? Math.trunc(n) : n, [whole, part] = String(Math.abs(n2)).split('.'); return (n2 < 0 ? '-' : '') + whole.padStart(size, '0') + (part ? `.${part}` : ''); };
    return pattern.replace(/'([^']*)'|([yMwdhmsS])\2*/g, (t, quoted, c) => (quoted !== undefined ? quoted : show(shifted[LETTERS[c]], t.length)));
  }
  toHuman(options = {}) {
    if (!this.isValid) return 'Invalid Duration';
    const { listStyle = 'narrow', showZeros = true, ...rest } = options;
    const shown = UNITS.filter((u) => this.#amounts[u] !== undefined && (showZeros || this.#amounts[u] !== 0))
      .map((u) => numberFormat(this.locale, { style: 'unit', unitDisplay: 'long', useGrouping: false, ...rest, unit: u.slice(0, -1) }).format(this.#amounts[u]));
    return listFormat(this.locale, { type: 'conjunction', style: listStyle }).format(shown);
  }
  toISO() {
    if (!this.isValid) return null;
    const part = (n, c) => (n ? `${n}${c}` : '');
    const date = part(this.years, 'Y') + part(this.months + this.quarters * 3, 'M') + part(this.weeks, 'W') + part(this.days, 'D');
    const time = part(this.hours, 'H') + part(this.minutes, 'M') + part(Math.round((this.seconds + this.milliseconds / 1000) * 1000) / 1000, 'S');
    return date || time ? `P${date}${time ? `T${time}` : ''}` : 'PT0S';
  }
  toISOTime(options = {}) {
    const ms = this.toMillis();
    return ms >= 0 && ms < 864e5 ? DateTime.fromMillis(ms, { zone: 'UTC' }).toISOTime({ ...options, includeOffset: false }) : null;
  }
  toString() { return this.toISO(); }
  toJSON() { return this.toISO(); }
}
for (const unit of UNITS) Object.defineProperty(Duration.prototype, unit, { get() { return this.isValid ? this.toObject()[unit] ?? 0 : NaN; } });
