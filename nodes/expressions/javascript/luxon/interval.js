// Interval, Info and Settings, with Luxon's names and meaning.
'use strict';
class Interval {
  #invalid;
  constructor(start, end, invalid = null) { Object.defineProperties(this, { s: { value: start }, e: { value: end } }); this.#invalid = invalid; }
  static fromDateTimes(a, b) {
    const [start, end] = [likeDate(a), likeDate(b)];
    if (!start.isValid || !end.isValid) return Interval.invalid('missing or invalid start');
    return end < start ? Interval.invalid('end before start', `The end of an interval must be after its start, but you had start=${start.toISO()} and end=${end.toISO()}`) : new Interval(start, end);
  }
  static after(a, span) { const start = likeDate(a); return Interval.fromDateTimes(start, start.addSpan(span)); }
  static before(b, span) { const end = likeDate(b); return Interval.fromDateTimes(end.subtractSpan(span), end); }
  static fromISO(text, o) {
    const [a, b] = String(text).split('/', 2);
    if (a && b) {
      const start = DateTime.fromISO(a, o), end = start.isValid && /^[\d:.,]+$/.test(b) && b.includes(':') ? DateTime.fromISO(`${start.toISODate()}T${b}`, o) : DateTime.fromISO(b, o);
      if (start.isValid && end.isValid) return Interval.fromDateTimes(start, end);
      if (start.isValid) { const span = Duration.fromISO(b, o); if (span.isValid) return Interval.after(start, span); }
      if (end.isValid) { const span = Duration.fromISO(a, o); if (span.isValid) return Interval.before(end, span); }
    }
    return Interval.invalid('unparsable', `the input "${text}" can't be parsed as ISO 8601`);
  }
  static invalid(reason, explanation = null) { return new Interval(null, null, { reason, explanation }); }
  static isInterval(v) { return v instanceof Interval; }
  static merge(list) {
    const merged = [];
    for (const one of [...list].sort((a, b) => a.s - b.s)) {
      const last = merged.at(-1);
      if (last && (last.overlaps(one) || last.abutsStart(one))) merged[merged.length - 1] = last.union(one);
      else merged.push(one);
    }
    return merged;
  }
  static xor(list) {
    const marks = list.flatMap((i) => [[i.s, 1], [i.e, -1]]).sort((a, b) => a[0] - b[0]), out = [];
    let open = 0, from = null;
    for (const [at, step] of marks) {
      open += step;
      if (open === 1) from = at;
      else { if (from && +from !== +at) out.push(Interval.fromDateTimes(from, at)); from = null; }
    }
    return Interval.merge(out);
  }
  get start() { return this.isValid ? this.s : null; }
  get end() { return this.isValid ? this.e : null; }
  get lastDateTime() { return this.isValid ? this.e.subtractSpan({ milliseconds: 1 }) : null; }
  get isValid() { return this.#invalid === null; }
  get invalidReason() { return this.#invalid?.reason ?? null; }
  get invalidExplanation() { return this.#invalid?.explanation ?? null; }
  length(unit = 'milliseconds') { return this.isValid ? this.toDuration(unit).get(unit) : NaN; }
  count(unit = 'milliseconds', o = {}) {
    if (!this.isValid) return NaN;
    const start = this.s.startOf(unit, o), end = this.e.reconfigure({ locale: start.locale }).startOf(unit, o);
    return Math.floor(end.diff(start, unit).get(unit)) + (+end !== +this.e ? 1 : 0);
  }
  hasSame(unit) { return this.isValid ? this.isEmpty() || this.e.subtractSpan({ milliseconds: 1 }).hasSame(this.s, unit) : false; }
  isEmpty() { return +this.s === +this.e; }
  isAfter(d) { return this.isValid && this.s > d; }
  isBefore(d) { return this.isValid && this.e <= d; }
  contains(d) { return this.isValid && this.s <= d && this.e > d; }
  set({ start, end } = {}) { return this.isValid ? Interval.fromDateTimes(start ?? this.s, end ?? this.e) : this; }
  splitAt(...dates) {
    if (!this.isValid) return [];
    const cuts = dates.map(likeDate).filter((d) => this.contains(d)).sort((a, b) => a - b), out = [];
    let from = this.s;
    for (const cut of [...cuts, this.e]) { if (cut > from) out.push(Interval.fromDateTimes(from, cut)); from = cut; }
    return out;
  }
  splitBy(given) {
    const span = Duration.fromDurationLike(given);
    if (!this.isValid || span.toMillis() === 0) return [];
    const out = [];
    let from = this.s;
    for (let at = 1; from < this.e; at += 1) {
      const next = this.s.addSpan(span.mapUnits((x) => x * at)), to = next > this.e ? this.e : next;
      out.push(Interval.fromDateTimes(from, to));
      from = to;
    }
    return out;
  }
  divideEqually(count) { return this.isValid ? this.splitBy({ milliseconds: this.length() / count }).slice(0, count) : []; }
  overlaps(o) { return this.e > o.s && this.s < o.e; }
  abutsStart(o) { return this.isValid && +this.e === +o.s; }
  abutsEnd(o) { return this.isValid && +o.e === +this.s; }
  engulfs(o) { return this.isValid && this.s <= o.s && this.e >= o.e; }
  equals(o) { return this.isValid && o.isValid && this.s.equals(o.s) && this.e.equals(o.e); }
  intersection(o) {
    if (!this.isValid) return this;
    const [start, end] = [this.s > o.s ? this.s : o.s, this.e < o.e ? this.e : o.e];
    return start >= end ? null : Interval.fromDateTimes(start, end);
  }
  union(o) { return this.isValid ? Interval.fromDateTimes(this.s < o.s ? this.s : o.s, this.e > o.e ? this.e : o.e) : this; }
  xor(o) { return Interval.xor([this, o]); }
  difference(...others) { return Interval.xor([this, ...others]).map((i) => this.intersection(i)).filter((i) => i && !i.isEmpty()); }
  mapEndpoints(change) { return Interval.fromDateTimes(change(this.s), change(this.e)); }
  toDuration(unit = 'milliseconds', o) { return this.isValid ? this.e.diff(this.s, unit, o) : Duration.invalid(this.invalidReason); }
  toString() { return this.isValid ? `[${this.s.toISO()} \u2013 ${this.e.toISO()})` : 'Invalid Interval'; }
  toISO(o) { return this.isValid ? `${this.s.toISO(o)}/${this.e.toISO(o)}` : 'Invalid Interval'; }
  toISODate() { return this.isValid ? `${this.s.toISODate()}/${this.e.toISODate()}` : 'Invalid Interval'; }
  toISOTime(o) { return this.isValid ? `${this.s.toISOTime(o)}/${this.e.toISOTime(o)}` : 'Invalid Interval'; }
  toFormat(pattern, { separator = ' \u2013 ' } = {}) { return this.isValid ? `${this.s.toFormat(pattern)}${separator}${this.e.toFormat(pattern)}` : 'Invalid Interval'; }
  toLocaleString(options = DateTime.DATE_SHORT, o = {}) {
    return this.isValid ? dateFormat(o.locale ?? this.s.locale, { timeZone: intlZone(this.s), ...options, ...o }).formatRange(this.s.ts, this.e.ts) : 'Invalid Interval';
  }
  toJSON() { return this.toISO(); }
}
const Info = {
  months: (style = 'long', { locale = 'en-US' } = {}) => (style === n || style === d2 ? SHORT_MONTHS.map((_, i) => (style === n ? String(i + 1) : pad(i + 1))) : [...names('month', style, true, locale)]),
  monthsFormat: (style = 'long', { locale = 'en-US' } = {}) => (style === n || style === d2 ? Info.months(style) : [...names('month', style, false, locale)]),
  weekdays: (style = 'long', { locale = 'en-US' } = {}) => [...names('weekday', style, true, locale)],
  weekdaysFormat: (style = 'long', { locale = 'en-US' } = {}) => [...names('weekday', style, false, locale)],
  meridiems: ({ locale = 'en-US' } = {}) => meridiems(locale), eras: (style = 'short', { locale = 'en-US' } = {}) => eras(style, locale),
  hasDST: (zone = clockState.zone) => { const name = zoneName(zone), year = new Date(clockState.now).getUTCFullYear(); return fixedOffset(name) === null && offsetAt(name, Date.UTC(year, 11, 1)) !== offsetAt(name, Date.UTC(year, 5, 1)); },
  isValidIANAZone: (zone) => fixedOffset(zone) === null && zoneKnown(zone), normalizeZone: (zone) => new Zone(zoneName(zone)), features: () => ({ relative: true, localeWeek: true }),
  getStartOfWeek: ({ locale = 'en-US' } = {}) => weekInfo(locale).firstDay, getMinimumDaysInFirstWeek: ({ locale = 'en-US' } = {}) => weekInfo(locale).minimalDays, getWeekendWeekdays: ({ locale = 'en-US' } = {}) => [...weekInfo(locale).weekend],
};
const Settings = Object.freeze({ get defaultZone() { return new Zone(clockState.zone); }, defaultLocale: 'en-US', defaultNumberingSystem: null, defaultOutputCalendar: null, twoDigitCutoffYear: 60, throwOnInvalid: false, now: () => clockState.now });
for (const [name, value] of Object.entries({ DateTime, Duration, Interval, Info, Settings })) Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
