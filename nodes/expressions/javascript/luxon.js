// DateTime, Duration and Interval with Luxon's names and meaning, over Intl; the same as nodes/expressions/moments.py.
'use strict';
const clockState = { now: 0, zone: 'UTC' };
const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const WEEKDAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');
const UNITS = ['years', 'quarters', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds', 'milliseconds'];
const FIELDS = ['year', 'month', 'day', 'hour', 'minute', 'second', 'millisecond'];
const SIZES = { years: 365 * 864e5, quarters: 91 * 864e5, months: 30 * 864e5, weeks: 6048e5, days: 864e5, hours: 36e5, minutes: 6e4, seconds: 1000, milliseconds: 1 };
const pad = (n, size = 2) => String(n).padStart(size, '0');
const unitName = (unit) => {
  const text = String(unit).toLowerCase().replace(/s?$/, 's');
  if (!UNITS.includes(text)) throw new Error(`Invalid unit ${unit}`);
  return text;
};
const formatters = new Map();
const fixedOffset = (zone) => {
  const m = /^utc(?:([+-])(\d{1,2})(?::(\d{2}))?)?$/i.exec(zone);
  return m ? (m[1] === '-' ? -1 : 1) * (Number(m[2] ?? 0) * 60 + Number(m[3] ?? 0)) : null;
};
const formatter = (zone) => {
  if (!formatters.has(zone)) {
    try {
      formatters.set(zone, new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', era: 'short', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' }));
    } catch { formatters.set(zone, null); }
  }
  return formatters.get(zone);
};
const zoneKnown = (zone) => fixedOffset(zone) !== null || formatter(zone) !== null;
const offsetAt = (zone, ms) => {
  const fixed = fixedOffset(zone);
  if (fixed !== null) return fixed;
  const p = {};
  for (const { type, value } of formatter(zone).formatToParts(ms)) p[type] = value;
  const year = p.era === 'BC' ? 1 - Number(p.year) : Number(p.year);
  const date = new Date(0);
  date.setUTCFullYear(year, p.month - 1, p.day);
  date.setUTCHours(p.hour, p.minute, p.second);
  return Math.round((date.getTime() - Math.floor(ms / 1000) * 1000) / 6e4);
};
const resolveLocal = (local, guess, zone) => {
  let at = local - guess * 6e4;
  const second = offsetAt(zone, at);
  if (second === guess) return at;
  at -= (second - guess) * 6e4;
  const third = offsetAt(zone, at);
  return second === third ? at : local - Math.min(second, third) * 6e4;
};
const zoneName = (zone) => zone === undefined || zone === null || ['local', 'system', 'default'].includes(String(zone).toLowerCase()) ? clockState.zone
  : /^utc$/i.test(zone) ? 'UTC' : String(zone);
const offsetText = (o, colon = ':') => (o < 0 ? '-' : '+') + pad(Math.floor(Math.abs(o) / 60)) + colon + pad(Math.abs(o) % 60);
const localMs = (c) => { const d = new Date(0); d.setUTCFullYear(c.year, c.month - 1, c.day); d.setUTCHours(c.hour, c.minute, c.second, c.millisecond); return d.getTime(); };
const daysIn = (year, month) => new Date(Date.UTC(year, month, 0)).getUTCDate();
const spanOf = (v) => v instanceof Duration ? v.amounts : typeof v === 'number' ? { milliseconds: v }
  : Object.fromEntries(Object.entries(v).filter(([, n]) => n !== undefined).map(([u, n]) => [unitName(u), Number(n)]));

class Duration {
  constructor(amounts) { this.amounts = {}; for (const u of UNITS) if (u in amounts) this.amounts[u] = amounts[u]; }
  static fromObject(v) { return new Duration(spanOf(v)); }
  static fromMillis(ms) { return new Duration({ milliseconds: ms }); }
  static fromISO(text) {
    const m = /^([+-])?P(?:([\d.]+)Y)?(?:([\d.]+)M)?(?:([\d.]+)W)?(?:([\d.]+)D)?(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?$/.exec(text);
    if (!m) return new Duration({ milliseconds: NaN });
    const names = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds'];
    return new Duration(Object.fromEntries(names.flatMap((u, i) => m[i + 2] ? [[u, Number(m[i + 2]) * (m[1] === '-' ? -1 : 1)]] : [])));
  }
  static isDuration(v) { return v instanceof Duration; }
  get isValid() { return !Number.isNaN(this.toMillis()); }
  toMillis() { return Object.entries(this.amounts).reduce((sum, [u, n]) => sum + n * SIZES[u], 0); }
  valueOf() { return this.toMillis(); }
  get(unit) { return this.amounts[unitName(unit)] ?? 0; }
  shiftTo(...names) {
    let rest = this.toMillis();
    const wanted = names.map(unitName), out = {}, ordered = UNITS.filter((u) => wanted.includes(u));
    ordered.forEach((u, i) => { out[u] = i === ordered.length - 1 ? rest / SIZES[u] : Math.trunc(rest / SIZES[u]); rest -= out[u] * SIZES[u]; });
    return new Duration(out);
  }
  as(unit) { return this.shiftTo(unit).amounts[unitName(unit)]; }
  toObject() { return { ...this.amounts }; }
  plus(v) { const o = spanOf(v); return new Duration(Object.fromEntries(UNITS.filter((u) => u in this.amounts || u in o).map((u) => [u, (this.amounts[u] ?? 0) + (o[u] ?? 0)]))); }
  minus(v) { return this.plus(new Duration(spanOf(v)).negate()); }
  negate() { return new Duration(Object.fromEntries(Object.entries(this.amounts).map(([u, n]) => [u, n && -n]))); }
  toFormat(pattern) {
    const letters = { y: 'years', M: 'months', w: 'weeks', d: 'days', h: 'hours', m: 'minutes', s: 'seconds', S: 'milliseconds' };
    const shifted = this.shiftTo(...new Set([...pattern.replace(/'[^']*'/g, '')].map((c) => letters[c]).filter(Boolean))).amounts;
    return pattern.replace(/'([^']*)'|([yMwdhmsS])\2*/g, (t, quoted, c) => quoted !== undefined ? quoted : pad(Math.trunc(shifted[letters[c]]), t.length));
  }
  toISO() {
    const a = this.amounts, part = (n, c) => n ? `${n}${c}` : '';
    const date = part(a.years, 'Y') + part((a.months ?? 0) + (a.quarters ?? 0) * 3, 'M') + part(a.weeks, 'W') + part(a.days, 'D');
    const seconds = Math.round((a.seconds ?? 0) * 1000 + (a.milliseconds ?? 0)) / 1000;
    const time = part(a.hours, 'H') + part(a.minutes, 'M') + part(seconds, 'S');
    return date || time ? `P${date}${time ? 'T' + time : ''}` : 'PT0S';
  }
  toString() { return this.toISO(); }
  toJSON() { return this.toISO(); }
}
for (const unit of UNITS) Object.defineProperty(Duration.prototype, unit, { get() { return this.amounts[unit] ?? 0; } });

class DateTime {
  #ms; #zone; #c;
  constructor(ms, zone) { this.#zone = zone; this.#ms = Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 && zoneKnown(zone) ? Math.trunc(ms) : NaN; }
  static now() { return new DateTime(clockState.now, clockState.zone); }
  static fromMillis(ms, o = {}) { if (typeof ms !== 'number') throw new Error('fromMillis requires a numerical input'); return new DateTime(ms, zoneName(o.zone)); }
  static fromSeconds(s, o = {}) { return new DateTime(s * 1000, zoneName(o.zone)); }
  static fromJSDate(d, o = {}) { return new DateTime(d instanceof Date ? d.getTime() : NaN, zoneName(o.zone)); }
  static #fields(values, zone) {
    if (!values.length) return new DateTime(clockState.now, zone);
    const c = Object.fromEntries(FIELDS.map((f, i) => [f, Number(values[i] ?? (i < 3 ? 1 : 0))]));
    const wrong = c.month < 1 || c.month > 12 || c.day < 1 || c.day > daysIn(c.year, c.month) || c.hour > 23 || c.minute > 59 || c.second > 59 || c.millisecond > 999;
    return wrong || !zoneKnown(zone) ? new DateTime(NaN, zone) : new DateTime(resolveLocal(localMs(c), offsetAt(zone, clockState.now), zone), zone);
  }
  static local(...v) { const o = v.find((x) => typeof x === 'object') ?? {}; return DateTime.#fields(v.filter((x) => typeof x !== 'object'), zoneName(o.zone)); }
  static utc(...v) { return DateTime.#fields(v.filter((x) => typeof x !== 'object'), 'UTC'); }
  static fromObject(given, o = {}) {
    const zone = zoneName(o.zone), now = new DateTime(clockState.now, zone), c = {};
    for (const [k, v] of Object.entries(given)) c[unitName(k).slice(0, -1)] = v;
    const first = FIELDS.findIndex((f) => f in c);
    return DateTime.#fields(FIELDS.map((f, i) => c[f] ?? (i < first ? now[f] : i === 1 || i === 2 ? 1 : 0)), zone);
  }
  static fromISO(text, o = {}) {
    const zone = zoneName(o.zone);
    const m = /^([+-]\d{6}|\d{4})(?:-?(?:(\d\d)(?:-?(\d\d))?|W(\d\d)(?:-?(\d))?|(\d{3})))?(?:T(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,30}))?)?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i.exec(String(text).trim());
    if (!m) return new DateTime(NaN, zone);
    const c = { year: +m[1], month: +(m[2] ?? 1), day: +(m[3] ?? 1), hour: +(m[7] ?? 0), minute: +(m[8] ?? 0), second: +(m[9] ?? 0), millisecond: +((m[10] ?? '0').slice(0, 3).padEnd(3, '0')) };
    let extra = 0;
    if (c.hour === 24 && !c.minute && !c.second && !c.millisecond) { c.hour = 0; extra = 864e5; }
    if (m[4]) { const jan4 = new Date(Date.UTC(c.year, 0, 4)); extra += ((+m[4] - 1) * 7 + (+(m[5] ?? 1) - 1) + 3 - (jan4.getUTCDay() + 6) % 7) * 864e5; }
    if (m[6]) extra += (+m[6] - 1) * 864e5;
    if (c.month < 1 || c.month > 12 || c.day < 1 || c.day > daysIn(c.year, c.month) || c.hour > 23 || c.minute > 59 || c.second > 59) return new DateTime(NaN, zone);
    const local = localMs(c) + extra;
    if (!m[11]) return zoneKnown(zone) ? new DateTime(resolveLocal(local, offsetAt(zone, clockState.now), zone), zone) : new DateTime(NaN, zone);
    const digits = m[11].slice(1).replace(':', '');
    const shift = /z/i.test(m[11]) ? 0 : (m[11][0] === '-' ? -1 : 1) * (+digits.slice(0, 2) * 60 + +(digits.slice(2) || 0));
    const fixed = shift === 0 ? 'UTC' : `UTC${shift < 0 ? '-' : '+'}${Math.floor(Math.abs(shift) / 60)}${shift % 60 ? ':' + pad(Math.abs(shift) % 60) : ''}`;
    return new DateTime(local - shift * 6e4, o.setZone ? fixed : zone);
  }
  static fromSQL(text, o = {}) { return DateTime.fromISO(String(text).replace(' ', 'T').replace(/ ([+-])/, '$1'), o); }
  static fromFormat(text, pattern, o = {}) { return readFormat(String(text), pattern, zoneName(o.zone)); }
  static invalid() { return new DateTime(NaN, clockState.zone); }
  static isDateTime(v) { return v instanceof DateTime; }
  static max(...v) { return v.length ? v.reduce((a, b) => b > a ? b : a) : undefined; }
  static min(...v) { return v.length ? v.reduce((a, b) => b < a ? b : a) : undefined; }
  get isValid() { return !Number.isNaN(this.#ms); }
  get zoneName() { return this.isValid ? this.#zone : null; }
  get zone() { return { name: this.#zone, type: 'iana' }; }
  get locale() { return 'en-US'; }
  get ts() { return this.#ms; }
  get offset() { return this.isValid ? offsetAt(this.#zone, this.#ms) : NaN; }
  get c() {
    if (!this.#c) {
      const d = new Date(this.#ms + (this.isValid ? this.offset : 0) * 6e4);
      this.#c = { year: d.getUTCFullYear(), month: d.getUTCMonth() + 1, day: d.getUTCDate(), hour: d.getUTCHours(), minute: d.getUTCMinutes(), second: d.getUTCSeconds(), millisecond: d.getUTCMilliseconds() };
    }
    return this.#c;
  }
  get quarter() { return Math.ceil(this.month / 3); }
  get weekday() { return this.isValid ? (new Date(localMs(this.c)).getUTCDay() + 6) % 7 + 1 : NaN; }
  get ordinal() { return this.isValid ? Math.floor((localMs(this.c) - Date.UTC(this.year, 0, 1)) / 864e5) + 1 : NaN; }
  get weekYear() { return new Date(localMs(this.c) + (4 - this.weekday) * 864e5).getUTCFullYear(); }
  get weekNumber() { const thursday = new Date(localMs(this.c) + (4 - this.weekday) * 864e5); return this.isValid ? Math.floor((thursday - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / 6048e5) + 1 : NaN; }
  get daysInMonth() { return daysIn(this.year, this.month); }
  get isInLeapYear() { return daysIn(this.year, 2) === 29; }
  get daysInYear() { return this.isInLeapYear ? 366 : 365; }
  get isInDST() { return this.isValid && [0, 4].some((m) => this.offset > offsetAt(this.#zone, Date.UTC(this.year, m, 1))); }
  get monthLong() { return MONTHS[this.month - 1] ?? null; }
  get monthShort() { return this.monthLong?.slice(0, 3) ?? null; }
  get weekdayLong() { return WEEKDAYS[this.weekday - 1] ?? null; }
  get weekdayShort() { return this.weekdayLong?.slice(0, 3) ?? null; }
  get offsetNameShort() { return this.#named('short'); }
  get offsetNameLong() { return this.#named('long'); }
  #named(style) { return this.isValid ? new Intl.DateTimeFormat('en-US', { timeZone: fixedOffset(this.#zone) === null ? this.#zone : 'UTC', timeZoneName: style }).formatToParts(this.#ms).find((p) => p.type === 'timeZoneName').value : null; }
  #at(c) { return new DateTime(resolveLocal(localMs(c), this.offset, this.#zone), this.#zone); }
  get(name) { return this[name]; }
  toMillis() { return this.#ms; }
  valueOf() { return this.#ms; }
  toSeconds() { return this.#ms / 1000; }
  toUnixInteger() { return Math.floor(this.#ms / 1000); }
  toJSDate() { return new Date(this.#ms); }
  toBSON() { return this.toJSDate(); }
  toUTC() { return new DateTime(this.#ms, 'UTC'); }
  toLocal() { return new DateTime(this.#ms, clockState.zone); }
  setLocale() { return this; }
  reconfigure() { return this; }
  setZone(zone, o = {}) { const z = zoneName(zone); return o.keepLocalTime && zoneKnown(z) && this.isValid ? new DateTime(resolveLocal(localMs(this.c), offsetAt(z, this.#ms), z), z) : new DateTime(this.#ms, z); }
  set(given) {
    const c = { ...this.c }, wanted = {};
    for (const [k, v] of Object.entries(given)) wanted[unitName(k).slice(0, -1)] = Number(v);
    Object.assign(c, wanted);
    if (wanted.day === undefined) c.day = Math.min(c.day, daysIn(c.year, c.month));
    return this.#at(c);
  }
  addSpan(span, sign = 1) {
    if (!this.isValid) return this;
    const s = spanOf(span), t = (u) => Math.trunc(s[u] ?? 0) * sign, c = { ...this.c };
    const total = c.year * 12 + c.month - 1 + t('years') * 12 + t('quarters') * 3 + t('months');
    c.year = Math.floor(total / 12); c.month = total - c.year * 12 + 1;
    c.day = Math.min(c.day, daysIn(c.year, c.month)) + t('days') + t('weeks') * 7;
    const rest = new Duration(Object.fromEntries(Object.entries(s).map(([u, n]) => [u, n * sign - (UNITS.indexOf(u) < 5 ? t(u) : 0)]))).toMillis();
    return new DateTime(this.#at(c).toMillis() + rest, this.#zone);
  }
  subtractSpan(span) { return this.addSpan(span, -1); }
  startOf(unit) {
    const name = unitName(unit), level = UNITS.filter((u) => u !== 'quarters' && u !== 'weeks').indexOf(name), c = { ...this.c };
    const from = name === 'quarters' ? 2 : name === 'weeks' ? 3 : level + 1;
    FIELDS.slice(from).forEach((f) => { c[f] = f === 'month' || f === 'day' ? 1 : 0; });
    if (name === 'quarters') c.month = Math.floor((c.month - 1) / 3) * 3 + 1;
    if (name === 'weeks') c.day -= this.weekday - 1;
    return this.#at(c);
  }
  endOf(unit) { return this.addSpan({ [unit]: 1 }).startOf(unit).subtractSpan({ milliseconds: 1 }); }
  hasSame(o, unit) { const m = this.setZone(o.zone.name, { keepLocalTime: true }); return +m.startOf(unit) <= +o && +o <= +m.endOf(unit); }
  equals(o) { return o instanceof DateTime && this.isValid && this.#ms === +o && this.#zone === o.zone.name; }
  toObject() { return this.isValid ? { ...this.c } : {}; }
  toISO(o = {}) {
    if (!this.isValid) return null;
    const c = this.c;
    let text = `${pad(c.year, 4)}-${pad(c.month)}-${pad(c.day)}T${pad(c.hour)}:${pad(c.minute)}:${pad(c.second)}.${pad(c.millisecond, 3)}`;
    if (o.suppressMilliseconds && !c.millisecond) text = text.slice(0, -4);
    if (o.suppressSeconds && !c.second && !c.millisecond) text = text.slice(0, 16);
    return text + (o.includeOffset === false ? '' : this.#zone.toUpperCase() === 'UTC' ? 'Z' : offsetText(this.offset));
  }
  toISODate() { return this.toISO()?.slice(0, 10) ?? null; }
  toISOTime(o) { return this.toISO(o)?.slice(11) ?? null; }
  toSQLDate() { return this.toISODate(); }
  toSQL() { return this.isValid ? this.toFormat("yyyy-MM-dd HH:mm:ss.SSS ZZ") : null; }
  toHTTP() { return this.toUTC().toFormat("EEE, dd LLL yyyy HH:mm:ss 'GMT'"); }
  toRFC2822() { return this.toFormat('EEE, dd LLL yyyy HH:mm:ss ZZZ'); }
  toString() { return this.isValid ? this.toISO() : 'Invalid DateTime'; }
  toJSON() { return this.toISO(); }
  toLocaleString(options = { dateStyle: 'short' }, o = {}) { return this.isValid ? new Intl.DateTimeFormat(o.locale ?? 'en-US', { timeZone: this.#zone, ...options }).format(this.#ms) : 'Invalid DateTime'; }
  toFormat(pattern) { return this.isValid ? writeFormat(this, pattern) : 'Invalid DateTime'; }
  diffNow(unit = 'milliseconds') { return this.diff(DateTime.now(), unit); }
  until(other) { return Interval.fromDateTimes(this, other); }
  toRelative() {
    const d = +this - clockState.now, [unit, size] = [['year', 31536e6], ['month', 2592e6], ['week', 6048e5], ['day', 864e5], ['hour', 36e5], ['minute', 6e4], ['second', 1000]].find(([, s]) => Math.abs(d) >= s) ?? ['second', 1000];
    return new Intl.RelativeTimeFormat('en-US', { numeric: 'always' }).format(Math.trunc(d / size), unit);
  }
  diff(since, names = 'milliseconds') {
    if (!(since instanceof DateTime)) since = new DateTime(Number(since), this.#zone);
    const wanted = [names].flat().map(unitName), back = since > this;
    const amounts = back ? between(this, since, wanted) : between(since, this, wanted);
    return new Duration(back ? Object.fromEntries(Object.entries(amounts).map(([u, n]) => [u, n && -n])) : amounts);
  }
}
for (const field of FIELDS) Object.defineProperty(DateTime.prototype, field, { get() { return this.isValid ? this.c[field] : NaN; } });
for (const [name, value] of Object.entries({ DATE_SHORT: { dateStyle: 'short' }, DATE_MED: { year: 'numeric', month: 'short', day: 'numeric' }, DATE_FULL: { year: 'numeric', month: 'long', day: 'numeric' }, DATE_HUGE: { year: 'numeric', month: 'long', day: 'numeric', weekday: 'long' }, TIME_SIMPLE: { hour: 'numeric', minute: 'numeric' }, TIME_24_SIMPLE: { hour: 'numeric', minute: 'numeric', hourCycle: 'h23' }, DATETIME_SHORT: { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' }, DATETIME_MED: { year: 'numeric', month: 'short', day: 'numeric', hour: 'numeric', minute: 'numeric' }, DATETIME_FULL: { year: 'numeric', month: 'long', day: 'numeric', hour: 'numeric', minute: 'numeric', timeZoneName: 'short' } })) DateTime[name] = value;

const between = (earlier, later, wanted) => {
  const day = (d) => Date.UTC(d.year, d.month - 1, d.day) / 864e5;
  const counts = { years: (a, b) => b.year - a.year, quarters: (a, b) => b.quarter - a.quarter + (b.year - a.year) * 4, months: (a, b) => b.month - a.month + (b.year - a.year) * 12, weeks: (a, b) => Math.trunc((day(b) - day(a)) / 7), days: (a, b) => day(b) - day(a) };
  const out = {};
  let cursor = earlier, high = earlier, lowest;
  for (const [unit, count] of Object.entries(counts)) {
    if (!wanted.includes(unit)) continue;
    lowest = unit;
    out[unit] = count(cursor, later);
    high = earlier.addSpan(out);
    if (high > later) {
      out[unit] -= 1; cursor = earlier.addSpan(out);
      if (cursor > later) { high = cursor; out[unit] -= 1; cursor = earlier.addSpan(out); }
    } else cursor = high;
  }
  const rest = later - cursor, clock = wanted.filter((u) => UNITS.indexOf(u) > 4);
  if (clock.length) for (const [u, n] of Object.entries(new Duration({ milliseconds: rest }).shiftTo(...clock).amounts)) out[u] = (out[u] ?? 0) + n;
  else if (lowest) {
    if (high < later) high = cursor.addSpan({ [lowest]: 1 });
    if (+high !== +cursor) out[lowest] = (out[lowest] ?? 0) + rest / (high - cursor);
  }
  return out;
};
const TOKENS = /'([^']*)'|([A-Za-z])\2*|[^A-Za-z']+|'/g;
const intl = (options) => (d) => d.toLocaleString(options);
const WRITERS = {
  S: (d) => d.millisecond, SSS: (d) => pad(d.millisecond, 3), u: (d) => pad(d.millisecond, 3), s: (d) => d.second, ss: (d) => pad(d.second), m: (d) => d.minute, mm: (d) => pad(d.minute),
  h: (d) => d.hour % 12 || 12, hh: (d) => pad(d.hour % 12 || 12), H: (d) => d.hour, HH: (d) => pad(d.hour), Z: (d) => offsetText(d.offset).replace(/^(.)0(\d)/, '$1$2').replace(':00', ''), ZZ: (d) => offsetText(d.offset), ZZZ: (d) => offsetText(d.offset, ''),
  ZZZZ: (d) => d.offsetNameShort, ZZZZZ: (d) => d.offsetNameLong, z: (d) => d.zoneName, a: (d) => d.hour < 12 ? 'AM' : 'PM', d: (d) => d.day, dd: (d) => pad(d.day),
  c: (d) => d.weekday, ccc: (d) => d.weekdayShort, cccc: (d) => d.weekdayLong, ccccc: (d) => d.weekdayLong[0], E: (d) => d.weekday, EEE: (d) => d.weekdayShort, EEEE: (d) => d.weekdayLong, EEEEE: (d) => d.weekdayLong[0],
  L: (d) => d.month, LL: (d) => pad(d.month), LLL: (d) => d.monthShort, LLLL: (d) => d.monthLong, LLLLL: (d) => d.monthLong[0], M: (d) => d.month, MM: (d) => pad(d.month), MMM: (d) => d.monthShort, MMMM: (d) => d.monthLong, MMMMM: (d) => d.monthLong[0],
  y: (d) => d.year, yy: (d) => pad(d.year % 100), yyyy: (d) => pad(d.year, 4), yyyyyy: (d) => pad(d.year, 6), G: (d) => d.year > 0 ? 'AD' : 'BC', kkkk: (d) => pad(d.weekYear, 4), W: (d) => d.weekNumber, WW: (d) => pad(d.weekNumber),
  o: (d) => d.ordinal, ooo: (d) => pad(d.ordinal, 3), q: (d) => d.quarter, qq: (d) => pad(d.quarter), X: (d) => d.toUnixInteger(), x: (d) => d.toMillis(),
  D: intl({ year: 'numeric', month: 'numeric', day: 'numeric' }), DD: intl(DateTime.DATE_MED), DDD: intl(DateTime.DATE_FULL), DDDD: intl(DateTime.DATE_HUGE), t: intl(DateTime.TIME_SIMPLE), T: (d) => `${pad(d.hour)}:${pad(d.minute)}`, TT: (d) => `${pad(d.hour)}:${pad(d.minute)}:${pad(d.second)}`,
  f: intl(DateTime.DATETIME_SHORT), ff: intl(DateTime.DATETIME_MED), fff: intl(DateTime.DATETIME_FULL),
};
const writeFormat = (d, pattern) => pattern.replace(TOKENS, (token, quoted) => quoted !== undefined ? quoted : token === "'" ? '' : Object.hasOwn(WRITERS, token) ? WRITERS[token](d) : token);
const READERS = { yyyy: ['year', '\\d{4}'], y: ['year', '\\d{1,6}'], yy: ['short', '\\d{2}'], MM: ['month', '\\d{2}'], M: ['month', '\\d{1,2}'], LL: ['month', '\\d{2}'], L: ['month', '\\d{1,2}'], dd: ['day', '\\d{2}'], d: ['day', '\\d{1,2}'], HH: ['hour', '\\d{2}'], H: ['hour', '\\d{1,2}'], hh: ['hour', '\\d{2}'], h: ['hour', '\\d{1,2}'], mm: ['minute', '\\d{2}'], m: ['minute', '\\d{1,2}'], ss: ['second', '\\d{2}'], s: ['second', '\\d{1,2}'], SSS: ['millisecond', '\\d{3}'], S: ['millisecond', '\\d{1,3}'], a: ['noon', '[AaPp][Mm]'], ZZ: ['offset', '[+-]\\d{1,2}(?::\\d{2})?'], ZZZ: ['offset', '[+-]\\d{4}'], MMM: ['name', MONTHS.map((m) => m.slice(0, 3)).join('|')], MMMM: ['name', MONTHS.join('|')], LLL: ['name', MONTHS.map((m) => m.slice(0, 3)).join('|')], LLLL: ['name', MONTHS.join('|')], EEE: ['', WEEKDAYS.map((d) => d.slice(0, 3)).join('|')], EEEE: ['', WEEKDAYS.join('|')], X: ['unix', '-?\\d+'], x: ['ms', '-?\\d+'] };
const readFormat = (text, pattern, zone) => {
  const names = [], escape = (t) => t.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const source = pattern.replace(TOKENS, (token, quoted) => quoted !== undefined ? escape(quoted) : Object.hasOwn(READERS, token) ? (names.push(READERS[token][0]), `(${READERS[token][1]})`) : escape(token));
  const m = new RegExp(`^${source}$`, 'i').exec(text);
  if (!m) return DateTime.invalid();
  const got = Object.fromEntries(names.map((n, i) => [n, m[i + 1]]));
  if (got.unix || got.ms) return DateTime.fromMillis(got.ms ? +got.ms : +got.unix * 1000, { zone });
  const today = new DateTime(clockState.now, zone), noon = got.noon?.toLowerCase();
  const month = got.name ? MONTHS.findIndex((n) => n.slice(0, 3).toLowerCase() === got.name.slice(0, 3).toLowerCase()) + 1 : +(got.month ?? 0);
  const year = got.short ? +got.short + (+got.short <= 60 ? 2000 : 1900) : +(got.year ?? 0);
  const hour = noon ? +got.hour % 12 + (noon === 'pm' ? 12 : 0) : +(got.hour ?? 0);
  const c = { year: year || today.year, month: month || (year ? 1 : today.month), day: +(got.day ?? 0) || (year || month ? 1 : today.day), hour, minute: +(got.minute ?? 0), second: +(got.second ?? 0), millisecond: +(got.millisecond ?? 0) };
  const iso = `${pad(c.year, 4)}-${pad(c.month)}-${pad(c.day)}T${pad(c.hour)}:${pad(c.minute)}:${pad(c.second)}.${pad(c.millisecond, 3)}`;
  const offset = got.offset && got.offset.replace(/^([+-])(\d)(?!\d)/, '$10$2').replace(/^([+-]\d\d)$/, '$1:00');
  return DateTime.fromISO(iso + (offset ?? ''), { zone });
};
class Interval {
  constructor(start, end) { this.start = start; this.end = end; }
  static fromDateTimes(a, b) { return new Interval(a instanceof Date ? DateTime.fromJSDate(a) : a, b instanceof Date ? DateTime.fromJSDate(b) : b); }
  static after(a, span) { return new Interval(a, a.addSpan(span)); }
  static before(b, span) { return new Interval(b.subtractSpan(span), b); }
  static fromISO(text) { const [a, b] = text.split('/'); return new Interval(DateTime.fromISO(a), DateTime.fromISO(b)); }
  get isValid() { return this.start.isValid && this.end.isValid && this.start <= this.end; }
  length(unit = 'milliseconds') { return this.end.diff(this.start, unit).as(unit); }
  count(unit = 'milliseconds') { return Math.floor(this.end.startOf(unit).diff(this.start.startOf(unit), unit).as(unit)) + (+this.end !== +this.end.startOf(unit) ? 1 : 0); }
  contains(d) { return this.start <= d && d < this.end; }
  isEmpty() { return +this.start === +this.end; }
  overlaps(o) { return this.end > o.start && this.start < o.end; }
  toDuration(unit = 'milliseconds') { return this.end.diff(this.start, unit); }
  toISO() { return `${this.start.toISO()}/${this.end.toISO()}`; }
  toString() { return `[${this.start.toISO()} – ${this.end.toISO()})`; }
  toJSON() { return this.toISO(); }
}
for (const [name, value] of Object.entries({ DateTime, Duration, Interval })) Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
