// DateTime, with Luxon's names and meaning.
'use strict';
const ISO = /^([+-]\d{6}|\d{4})(?:-?(?:(\d\d)(?:-?(\d\d))?|W(\d\d)(?:-?(\d))?|(\d{3})))?(?:T(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,30}))?)?)?(Z|[+-]\d\d(?::?\d\d)?)?(?:\[([\w/+-]+)\])?)?$/i;
const ISO_CLOCK = /^(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,30}))?)?)?(Z|[+-]\d\d(?::?\d\d)?)?$/i;
const SQL = /^(?:(\d{4})-(\d\d)-(\d\d)(?: |$))?(?:(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,30}))?)?(?: ?(Z|[+-]\d\d(?::?\d\d)?)| ([A-Za-z_+-]+(?:\/[\w+-]+)*))?)?$/;
const RFC2822 = /^(?:[A-Za-z]{3},\s)?(\d{1,2})\s([A-Za-z]{3})\s(\d{2,4})\s(\d\d):(\d\d)(?::(\d\d))?\s(?:(UT|GMT|[ECMP][SD]T)|([Zz])|([+-]\d{4}))$/;
const HTTP = [/^[A-Za-z]{3}, (\d\d) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/, /^[A-Za-z]+, (\d\d)-([A-Za-z]{3})-(\d\d) (\d\d):(\d\d):(\d\d) GMT$/, /^[A-Za-z]{3} ([A-Za-z]{3}) ( \d|\d\d) (\d\d):(\d\d):(\d\d) (\d{4})$/];
const NAMED_OFFSETS = { GMT: 0, UT: 0, EDT: -240, EST: -300, CDT: -300, CST: -360, MDT: -360, MST: -420, PDT: -420, PST: -480 };
const SHORT_MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const RANGES = { month: [1, 12], hour: [0, 23], minute: [0, 59], second: [0, 59], millisecond: [0, 999], weekday: [1, 7] };
const FIELD_NAMES = { ...Object.fromEntries(FIELDS.flatMap((f) => [[f, f], [`${f}s`, f]])), quarter: 'quarter', quarters: 'quarter', weekday: 'weekday', weekdays: 'weekday', weeknumber: 'weekNumber', weeksnumber: 'weekNumber', weeknumbers: 'weekNumber', weekyear: 'weekYear', weekyears: 'weekYear', ordinal: 'ordinal', localweekday: 'localWeekday', localweeknumber: 'localWeekNumber', localweekyear: 'localWeekYear' };
const fieldsOf = (given) => Object.fromEntries(Object.entries(given).filter(([, v]) => v !== undefined && v !== null).map(([k, v]) => {
  const name = FIELD_NAMES[k.toLowerCase()];
  if (!name) throw new Error(`Invalid unit ${k}`);
  return [name, amount(v)];
}));
const offsetMinutes = (text) => {
  if (text === undefined) return undefined;
  const digits = text.slice(1).replace(':', '');
  return /z/i.test(text) ? 0 : (text[0] === '-' ? -1 : 1) * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0));
};
const fraction = (digits) => (digits === undefined ? 0 : Math.floor(Number(`0.${digits}`) * 1000));
const wrongField = (c) => {
  for (const f of Object.keys(c)) {
    const [low, high] = f === 'day' ? [1, daysIn(c.year, c.month)] : f === 'ordinal' ? [1, daysIn(c.year, 2) === 29 ? 366 : 365] : f === 'weekNumber' ? [1, weeksIn(c.weekYear)] : RANGES[f] ?? [-Infinity, Infinity];
    if (!Number.isInteger(c[f]) || c[f] < low || c[f] > high) return { reason: 'unit out of range', explanation: `you specified ${c[f]} (of type number) as a ${f}, which is invalid` };
  }
  return null;
};
const likeDate = (v) => {
  if (v instanceof DateTime) return v;
  if (v instanceof Date) return DateTime.fromJSDate(v);
  if (v && typeof v === 'object') return DateTime.fromObject(v);
  throw new Error(`Unknown datetime argument: ${v}, of type ${typeof v}`);
};

class DateTime {
  #ms; #zone; #loc; #invalid; #c;
  constructor(ms, zone, loc = {}, invalid = null) {
    this.#zone = zone;
    this.#loc = loc;
    this.#invalid = invalid ?? (zoneKnown(zone) ? null : { reason: 'unsupported zone', explanation: `the zone "${zone}" is not supported` })
      ?? (Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? null : { reason: 'invalid input', explanation: null });
    this.#ms = this.#invalid ? NaN : Math.trunc(ms);
  }
  static #bad(reason, explanation = null, zone = clockState.zone) { return new DateTime(NaN, zone, {}, { reason, explanation }); }
  static #localed({ locale, numberingSystem, outputCalendar } = {}) { return { locale, numberingSystem, outputCalendar }; }
  static now() { return new DateTime(clockState.now, clockState.zone); }
  static fromMillis(ms, o = {}) {
    if (typeof ms !== 'number') throw new Error(`fromMillis requires a numerical input, but received a ${typeof ms} with value ${ms}`);
    return Math.abs(ms) > 8.64e15 ? DateTime.#bad('Timestamp out of range') : new DateTime(ms, zoneName(o.zone), DateTime.#localed(o));
  }
  static fromSeconds(s, o = {}) {
    if (typeof s !== 'number') throw new Error('fromSeconds requires a numerical input');
    return new DateTime(s * 1000, zoneName(o.zone), DateTime.#localed(o));
  }
  static fromJSDate(d, o = {}) { const ms = d instanceof Date ? d.valueOf() : NaN; return Number.isNaN(ms) ? DateTime.#bad('invalid input') : new DateTime(ms, zoneName(o.zone), DateTime.#localed(o)); }
  static local(...v) { const o = v.find((x) => typeof x === 'object') ?? {}; return DateTime.#positional(v.filter((x) => typeof x !== 'object'), zoneName(o.zone), o); }
  static utc(...v) { const o = v.find((x) => typeof x === 'object') ?? {}; return DateTime.#positional(v.filter((x) => typeof x !== 'object'), 'UTC', o); }
  static #positional(values, zone, o) {
    if (!values.length) return new DateTime(clockState.now, zone, DateTime.#localed(o));
    return DateTime.#ofFields(Object.fromEntries(FIELDS.map((f, i) => [f, Number(values[i] ?? (i < 3 ? 1 : 0))])), zone, DateTime.#localed(o));
  }
  static #ofFields(c, zone, loc, offset = undefined) {
    const wrong = wrongField(c);
    if (wrong) return DateTime.#bad(wrong.reason, wrong.explanation);
    if (!zoneKnown(zone)) return new DateTime(NaN, zone);
    return new DateTime(offset === undefined ? resolveLocal(localMs(c), offsetAt(zone, clockState.now), zone) : localMs(c) - offset * 6e4, zone, loc);
  }
  static fromObject(given = {}, o = {}) {
    const zone = zoneName(o.zone), loc = DateTime.#localed(o), f = fieldsOf(given ?? {});
    if (!zoneKnown(zone)) return new DateTime(NaN, zone);
    const now = new DateTime(clockState.now, zone, loc), week = 'weekYear' in f || 'weekNumber' in f, day = 'month' in f || 'day' in f;
    if (('year' in f || day || 'ordinal' in f) && week) throw new Error("Can't mix weekYear/weekNumber units with year/month/day or ordinals");
    if (day && 'ordinal' in f) throw new Error("Can't mix ordinal dates with month/day");
    const clock = FIELDS.slice(3);
    const [names, unset] = week || ('weekday' in f && !('year' in f || day)) ? [['weekYear', 'weekNumber', 'weekday', ...clock], { weekNumber: 1, weekday: 1 }] : 'ordinal' in f ? [['year', 'ordinal', ...clock], { ordinal: 1 }] : [FIELDS, { month: 1, day: 1 }];
    const first = names.findIndex((n) => n in f), c = Object.fromEntries(names.map((n, i) => [n, f[n] ?? (i < first || first < 0 ? now[n] : unset[n] ?? 0)]));
    const wrong = wrongField(c);
    if (wrong) return DateTime.#bad(wrong.reason, wrong.explanation);
    const date = names === FIELDS ? c : 'ordinal' in c ? { ...c, ...ofOrdinal(c.year, c.ordinal) } : { ...c, ...ofWeek(c) };
    const made = DateTime.#ofFields(Object.fromEntries(FIELDS.map((n) => [n, date[n]])), zone, loc);
    if ('weekday' in f && names === FIELDS && made.weekday !== f.weekday) return DateTime.#bad('mismatched weekday', `you can't specify both a weekday of ${f.weekday} and a date of ${made.toISO()}`);
    return made;
  }
  static fromISO(given, o = {}) {
    const text = String(given), loc = DateTime.#localed(o), m = ISO.exec(text), clock = m ? null : ISO_CLOCK.exec(text);
    if (!m && !clock) return DateTime.#bad('unparsable', `the input "${text}" can't be parsed as ISO 8601`);
    if (clock) return DateTime.#read({ hour: +clock[1], minute: +(clock[2] ?? 0), second: +(clock[3] ?? 0), millisecond: fraction(clock[4]) }, offsetMinutes(clock[5]), undefined, o, loc);
    const date = m[4] ? { weekYear: +m[1], weekNumber: +m[4], weekday: +(m[5] ?? 1) } : m[6] ? { year: +m[1], ordinal: +m[6] } : { year: +m[1], month: +(m[2] ?? 1), day: +(m[3] ?? 1) };
    const rest = { hour: +(m[7] ?? 0), minute: +(m[8] ?? 0), second: +(m[9] ?? 0), millisecond: fraction(m[10]) };
    const midnight = rest.hour === 24 && !rest.minute && !rest.second && !rest.millisecond;
    const read = DateTime.#read({ ...date, ...rest, hour: midnight ? 0 : rest.hour }, offsetMinutes(m[11]), m[12], o, loc);
    return midnight ? read.plus({ days: 1 }) : read;
  }
  static #read(fields, offset, named, o, loc) { // what a text says, in the zone it names or the one asked for
    const wanted = zoneName(o.zone), zone = offset !== undefined ? fixedName(offset) : named ?? wanted;
    const read = DateTime.fromObject(fields, { ...loc, zone: zoneName(named ?? zone) });
    return read.isValid && !o.setZone ? read.setZone(wanted) : read;
  }
  static fromSQL(given, o = {}) {
    const text = String(given), m = SQL.exec(text);
    if (!m || !text) return DateTime.#bad('unparsable', `the input "${text}" can't be parsed as SQL`);
    const date = m[1] ? { year: +m[1], month: +m[2], day: +m[3] } : {};
    return DateTime.#read({ ...date, hour: +(m[4] ?? 0), minute: +(m[5] ?? 0), second: +(m[6] ?? 0), millisecond: fraction(m[7]) }, offsetMinutes(m[8]), m[9], o, DateTime.#localed(o));
  }
  static fromRFC2822(text, o = {}) {
    const m = RFC2822.exec(String(text).replace(/\([^()]*\)|[\n\t]/g, ' ').replace(/\s\s+/g, ' ').trim());
    if (!m) return DateTime.#bad('unparsable', `the input "${text}" can't be parsed as RFC 2822`);
    const year = m[3].length === 2 ? +m[3] + (+m[3] > 60 ? 1900 : 2000) : +m[3];
    return DateTime.#read({ year, month: SHORT_MONTHS.indexOf(m[2]) + 1, day: +m[1], hour: +m[4], minute: +m[5], second: +(m[6] ?? 0) }, m[7] ? NAMED_OFFSETS[m[7]] : m[8] ? 0 : offsetMinutes(m[9]), undefined, o, DateTime.#localed(o));
  }
  static fromHTTP(text, o = {}) {
    const at = HTTP.findIndex((p) => p.test(String(text))), m = at < 0 ? null : HTTP[at].exec(text);
    if (!m) return DateTime.#bad('unparsable', `the input "${text}" can't be parsed as HTTP`);
    const [day, name, year, ...clock] = at === 2 ? [m[2], m[1], m[6], m[3], m[4], m[5]] : m.slice(1);
    const full = year.length === 2 ? +year + (+year > 60 ? 1900 : 2000) : +year;
    return DateTime.#read({ year: full, month: SHORT_MONTHS.indexOf(name) + 1, day: +day, hour: +clock[0], minute: +clock[1], second: +clock[2] }, 0, undefined, o, DateTime.#localed(o));
  }
  static fromFormat(text, pattern, o = {}) {
    if (text === undefined || pattern === undefined) throw new Error('fromFormat requires an input string and a format');
    const { fields, offset, named, reason } = readFormat(String(text), pattern, o.locale ?? 'en-US');
    if (reason) return DateTime.#bad('unparsable', reason);
    return DateTime.#read(fields, offset, named, o, DateTime.#localed(o));
  }
  static fromString(text, pattern, o = {}) { return DateTime.fromFormat(text, pattern, o); }
  static fromFormatExplain(text, pattern, o = {}) { const { regex, result } = readFormat(text, pattern, o.locale ?? 'en-US'); return { input: text, regex, result }; }
  static expandFormat(pattern, o = {}) { return expanded(pattern, o.locale ?? 'en-US'); }
  static parseFormatForOpts(options, o = {}) { return options ? patternOf(options, o.locale ?? 'en-US') : null; }
  static invalid(reason, explanation = null) { return DateTime.#bad(reason, explanation); }
  static isDateTime(v) { return v instanceof DateTime; }
  static max(...v) { return v.length ? v.reduce((a, b) => (b > a ? b : a)) : undefined; }
  static min(...v) { return v.length ? v.reduce((a, b) => (b < a ? b : a)) : undefined; }

  get isValid() { return this.#invalid === null; }
  get invalidReason() { return this.#invalid?.reason ?? null; }
  get invalidExplanation() { return this.#invalid?.explanation ?? null; }
  get zone() { return new Zone(this.#zone); }
  get zoneName() { return this.isValid ? this.#zone : null; }
  get locale() { return this.isValid ? this.#loc.locale ?? 'en-US' : null; }
  get numberingSystem() { return this.isValid ? this.#loc.numberingSystem ?? null : null; }
  get outputCalendar() { return this.isValid ? this.#loc.outputCalendar ?? null : null; }
  get ts() { return this.#ms; }
  get offset() { return this.isValid ? offsetAt(this.#zone, this.#ms) : NaN; }
  get c() {
    if (!this.#c) {
      const d = new Date(this.#ms + (this.isValid ? this.offset : 0) * 6e4);
      this.#c = { year: d.getUTCFullYear(), month: d.getUTCMonth() + 1, day: d.getUTCDate(), hour: d.getUTCHours(), minute: d.getUTCMinutes(), second: d.getUTCSeconds(), millisecond: d.getUTCMilliseconds() };
    }
    return this.#c;
  }
  get quarter() { return this.isValid ? Math.ceil(this.c.month / 3) : NaN; }
  get ordinal() { return this.isValid ? dayCount(this.c) - dayCount({ year: this.c.year, month: 1, day: 1 }) + 1 : NaN; }
  #week(local) { const { minimalDays, firstDay } = local ? weekInfo(this.locale) : { minimalDays: 4, firstDay: 1 }; return this.isValid ? weekOf(this.c, minimalDays, firstDay) : { weekYear: NaN, weekNumber: NaN, weekday: NaN }; }
  get weekYear() { return this.#week().weekYear; }
  get weekNumber() { return this.#week().weekNumber; }
  get weekday() { return this.#week().weekday; }
  get localWeekYear() { return this.#week(true).weekYear; }
  get localWeekNumber() { return this.#week(true).weekNumber; }
  get localWeekday() { return this.#week(true).weekday; }
  get isWeekend() { return this.isValid && weekInfo(this.locale).weekend.includes(this.weekday); }
  get daysInMonth() { return this.isValid ? daysIn(this.c.year, this.c.month) : NaN; }
  get isInLeapYear() { return this.isValid && daysIn(this.c.year, 2) === 29; }
  get daysInYear() { return this.isValid ? (this.isInLeapYear ? 366 : 365) : NaN; }
  get weeksInWeekYear() { return this.isValid ? weeksIn(this.weekYear) : NaN; }
  get weeksInLocalWeekYear() { const { minimalDays, firstDay } = weekInfo(this.locale ?? 'en-US'); return this.isValid ? weeksIn(this.localWeekYear, minimalDays, firstDay) : NaN; }
  get isOffsetFixed() { return this.isValid ? this.zone.isUniversal : null; }
  get isInDST() { return this.isValid && !this.isOffsetFixed && [0, 4].some((m) => this.offset > offsetAt(this.#zone, Date.UTC(this.c.year, m, 1))); }
  get monthLong() { return named(this, { month: 'long' }); }
  get monthShort() { return named(this, { month: 'short' }); }
  get weekdayLong() { return named(this, { weekday: 'long' }); }
  get weekdayShort() { return named(this, { weekday: 'short' }); }
  get offsetNameShort() { return this.isValid ? this.zone.offsetName(this.#ms, { format: 'short', locale: this.locale }) : null; }
  get offsetNameLong() { return this.isValid ? this.zone.offsetName(this.#ms, { format: 'long', locale: this.locale }) : null; }
  #moved(ms, zone = this.#zone) { return new DateTime(ms, zone, this.#loc); }
  #at(c) { return this.#moved(resolveLocal(localMs(c), this.offset, this.#zone)); }
  get(name) { return this[name]; }
  getPossibleOffsets() {
    if (!this.isValid || this.isOffsetFixed) return [this];
    const local = localMs(this.c), [early, late] = [offsetAt(this.#zone, local - 864e5), offsetAt(this.#zone, local + 864e5)];
    const kept = [...new Set([this.offset, early, late])].filter((o) => offsetAt(this.#zone, local - o * 6e4) === o).map((o) => local - o * 6e4);
    return kept.sort((a, b) => a - b).map((ms) => this.#moved(ms));
  }
  resolvedLocaleOptions(o = {}) { const { locale, numberingSystem, calendar } = new Intl.DateTimeFormat(o.locale ?? this.locale).resolvedOptions(); return { locale, numberingSystem, outputCalendar: calendar }; }
  toMillis() { return this.#ms; }
  valueOf() { return this.#ms; }
  toSeconds() { return this.#ms / 1000; }
  toUnixInteger() { return Math.floor(this.#ms / 1000); }
  toJSDate() { return new Date(this.#ms); }
  toBSON() { return this.toJSDate(); }
  toUTC(offset = 0, o = {}) { return this.setZone(fixedName(offset), o); }
  toLocal() { return this.setZone(clockState.zone); }
  setLocale(locale) { return this.reconfigure({ locale }); }
  reconfigure(o = {}) { return new DateTime(this.#ms, this.#zone, { ...this.#loc, ...o }, this.#invalid); }
  setZone(zone, { keepLocalTime = false, keepCalendarTime = false } = {}) {
    const name = zoneName(zone);
    if (name === this.#zone || this.#invalid) return this;
    return (keepLocalTime || keepCalendarTime) && zoneKnown(name) ? this.#moved(resolveLocal(localMs(this.c), offsetAt(name, this.#ms), name), name) : this.#moved(this.#ms, name);
  }
  set(given) {
    if (!this.isValid) return this;
    const f = fieldsOf(given), { minimalDays, firstDay } = weekInfo(this.locale), has = (...names) => names.some((n) => n in f);
    const week = has('weekYear', 'weekNumber', 'weekday'), local = has('localWeekYear', 'localWeekNumber', 'localWeekday');
    if ((has('year', 'month', 'day', 'ordinal') && has('weekYear', 'weekNumber')) || (week && local)) throw new Error("Can't mix weekYear/weekNumber units with year/month/day or ordinals");
    if (has('month', 'day') && has('ordinal')) throw new Error("Can't mix ordinal dates with month/day");
    const c = { ...this.c };
    if (week) Object.assign(c, ofWeek({ ...this.#week(), ...f }));
    else if (local) Object.assign(c, ofWeek({ weekYear: f.localWeekYear ?? this.localWeekYear, weekNumber: f.localWeekNumber ?? this.localWeekNumber, weekday: f.localWeekday ?? this.localWeekday }, minimalDays, firstDay));
    else if (has('ordinal')) Object.assign(c, ofOrdinal(f.year ?? c.year, f.ordinal));
    else { Object.assign(c, f); if (!has('day')) c.day = Math.min(c.day, daysIn(c.year, c.month)); }
    for (const n of FIELDS.slice(3)) if (n in f) c[n] = f[n];
    return this.#at(c);
  }
  addSpan(span, sign = 1) {
    if (!this.isValid) return this;
    const s = spanOf(span), t = (u) => Math.trunc(s[u] ?? 0) * sign, c = { ...this.c };
    const total = c.year * 12 + c.month - 1 + t('years') * 12 + t('quarters') * 3 + t('months');
    c.year = Math.floor(total / 12);
    c.month = total - c.year * 12 + 1;
    c.day = Math.min(c.day, daysIn(c.year, c.month)) + t('days') + t('weeks') * 7;
    const rest = new Duration(Object.fromEntries(Object.entries(s).map(([u, n]) => [u, n * sign - (UNITS.indexOf(u) < 5 ? t(u) : 0)]))).toMillis();
    return this.#moved(this.#at(c).toMillis() + rest);
  }
  subtractSpan(span) { return this.addSpan(span, -1); }
  startOf(unit, { useLocaleWeeks = false } = {}) {
    if (!this.isValid) return this;
    const name = unitName(unit), level = UNITS.filter((u) => u !== 'quarters' && u !== 'weeks').indexOf(name), c = { ...this.c };
    FIELDS.slice(name === 'quarters' ? 2 : name === 'weeks' ? 3 : level + 1).forEach((f) => { c[f] = f === 'month' || f === 'day' ? 1 : 0; });
    if (name === 'quarters') c.month = Math.floor((c.month - 1) / 3) * 3 + 1;
    if (name === 'weeks') c.day -= (useLocaleWeeks ? this.localWeekday : this.weekday) - 1;
    return this.#at(c);
  }
  endOf(unit, o) { return this.isValid ? this.addSpan({ [unit]: 1 }).startOf(unit, o).subtractSpan({ milliseconds: 1 }) : this; }
  hasSame(o, unit, options) {
    if (!this.isValid) return false;
    const at = o.valueOf(), moved = this.setZone(o.zone, { keepLocalTime: true });
    return moved.startOf(unit, options) <= at && at <= moved.endOf(unit, options);
  }
  equals(o) { return o instanceof DateTime && this.isValid && o.isValid && this.#ms === o.valueOf() && this.#zone === o.zoneName && this.locale === o.locale; }
  toObject(o = {}) { return this.isValid ? { ...this.c, ...(o.includeConfig ? { outputCalendar: this.outputCalendar, numberingSystem: this.numberingSystem, locale: this.locale } : {}) } : {}; }
  toISODate({ format = 'extended' } = {}) {
    if (!this.isValid) return null;
    const { year, month, day } = this.c, mark = format === 'basic' ? '' : '-';
    return `${year > 9999 || year < 0 ? `${year < 0 ? '-' : '+'}${pad(Math.abs(year), 6)}` : pad(year, 4)}${mark}${pad(month)}${mark}${pad(day)}`;
  }
  toISOTime({ format = 'extended', suppressMilliseconds = false, suppressSeconds = false, includeOffset = true, includePrefix = false, extendedZone = false } = {}) {
    if (!this.isValid) return null;
    const { hour, minute, second, millisecond } = this.c, mark = format === 'basic' ? '' : ':';
    let text = `${includePrefix ? 'T' : ''}${pad(hour)}${mark}${pad(minute)}`;
    if (millisecond !== 0 || second !== 0 || !suppressSeconds) text += `${mark}${pad(second)}`;
    if (millisecond !== 0 || !(suppressMilliseconds || suppressSeconds)) text += `.${pad(millisecond, 3)}`;
    if (includeOffset) text += this.isOffsetFixed && this.offset === 0 && !extendedZone ? 'Z' : offsetText(this.offset);
    return extendedZone ? `${text}[${this.zone.ianaName}]` : text;
  }
  toISO(o = {}) { return this.isValid ? `${this.toISODate(o)}T${this.toISOTime({ ...o, includePrefix: false })}` : null; }
  toISOWeekDate() { return this.isValid ? this.toFormat("kkkk-'W'WW-c") : null; }
  toSQLDate() { return this.isValid ? this.toISODate() : null; }
  toSQLTime({ includeOffset = true, includeZone = false, includeOffsetSpace = true } = {}) {
    if (!this.isValid) return null;
    const zone = this.isOffsetFixed && this.offset === 0 ? 'Z' : offsetText(this.offset);
    return this.toISOTime({ includeOffset: false }) + (includeZone || includeOffset ? `${includeOffsetSpace ? ' ' : ''}${includeZone ? this.zoneName : zone}` : '');
  }
  toSQL(o = {}) { return this.isValid ? `${this.toSQLDate()} ${this.toSQLTime(o)}` : null; }
  toHTTP() { return this.isValid ? this.toUTC().setLocale('en-US').toFormat("EEE, dd LLL yyyy HH:mm:ss 'GMT'") : null; }
  toRFC2822() { return this.isValid ? this.setLocale('en-US').toFormat('EEE, dd LLL yyyy HH:mm:ss ZZZ') : null; }
  toString() { return this.isValid ? this.toISO() : 'Invalid DateTime'; }
  toJSON() { return this.toISO(); }
  toLocaleString(options = DateTime.DATE_SHORT, o = {}) { return this.isValid ? shown(this, options, o) : 'Invalid DateTime'; }
  toLocaleParts(o = {}) { return this.isValid ? dateFormat(o.locale ?? this.locale, { timeZone: intlZone(this), ...o }).formatToParts(this.#ms) : []; }
  toFormat(pattern, o = {}) { return this.isValid ? writeFormat(o.locale ? this.setLocale(o.locale) : this, pattern) : 'Invalid DateTime'; }
  diffNow(unit = 'milliseconds', o = {}) { return this.diff(DateTime.now(), unit, o); }
  until(other) { return this.isValid ? Interval.fromDateTimes(this, other) : this; }
  diff(since, names = 'milliseconds', o = {}) {
    const other = likeDate(since), wanted = [names].flat().map(unitName);
    if (!this.isValid || !other.isValid) return Duration.invalid('created by diffing an invalid DateTime');
    const back = other > this, amounts = back ? between(this, other, wanted) : between(other, this, wanted);
    return new Duration(back ? Object.fromEntries(Object.entries(amounts).map(([u, n]) => [u, n && -n])) : amounts, { locale: this.#loc.locale, ...o });
  }
  toRelative(o = {}) {
    if (!this.isValid) return null;
    const base = o.base ?? DateTime.now().setZone(this.#zone), names = o.unit ? [o.unit].flat() : ['years', 'months', 'days', 'hours', 'minutes', 'seconds'];
    const at = o.padding ? (this < base ? this.subtractSpan(o.padding) : this.addSpan(o.padding)) : this;
    return relative(base, at, names.map(unitName), (unit) => at.diff(base, unit).get(unit), { numeric: 'always', ...o }, this.locale);
  }
  toRelativeCalendar(o = {}) {
    if (!this.isValid) return null;
    const base = o.base ?? DateTime.now().setZone(this.#zone), names = o.unit ? [o.unit].flat() : ['years', 'months', 'days'];
    const count = (unit) => (this.hasSame(base, unit) ? 0 : this.startOf(unit).diff(base.startOf(unit), unit).get(unit));
    return relative(base, this, names.map(unitName), count, { numeric: 'auto', ...o }, this.locale);
  }
}
for (const field of FIELDS) Object.defineProperty(DateTime.prototype, field, { get() { return this.isValid ? this.c[field] : NaN; } });
const relative = (base, moment, names, count, o, locale) => {
  const at = o.locale ?? locale;
  const say = (n, unit) => {
    const text = relativeFormat(at, { numeric: o.numeric, style: o.style ?? 'long' }).format(o.round === false ? Math.trunc(n * 100) / 100 : Math.trunc(n), unit);
    return at.startsWith('en') ? text.replace(/(\d),(?=\d)/g, '$1') : text;
  };
  for (const unit of names) { const n = count(unit); if (Math.abs(n) >= 1) return say(n, unit); }
  return say(base > moment ? -0 : 0, names.at(-1));
};
const between = (earlier, later, wanted) => {
  const counts = { years: (a, b) => b.year - a.year, quarters: (a, b) => b.quarter - a.quarter + (b.year - a.year) * 4, months: (a, b) => b.month - a.month + (b.year - a.year) * 12, weeks: (a, b) => Math.trunc((dayCount(b.c) - dayCount(a.c)) / 7), days: (a, b) => dayCount(b.c) - dayCount(a.c) };
  const out = {};
  let cursor = earlier, high = earlier, lowest;
  for (const [unit, count] of Object.entries(counts)) {
    if (!wanted.includes(unit)) continue;
    lowest = unit;
    out[unit] = count(cursor, later);
    high = earlier.addSpan(out);
    if (high > later) {
      out[unit] -= 1;
      cursor = earlier.addSpan(out);
      if (cursor > later) { high = cursor; out[unit] -= 1; cursor = earlier.addSpan(out); }
    } else cursor = high;
  }
  const rest = later - cursor, clock = wanted.filter((u) => UNITS.indexOf(u) > 4);
  if (clock.length) for (const [u, n] of Object.entries(new Duration({ milliseconds: rest }).shiftTo(...clock).toObject())) out[u] = (out[u] ?? 0) + n;
  else if (lowest) {
    if (high < later) high = cursor.addSpan({ [lowest]: 1 });
    if (+high !== +cursor) out[lowest] = (out[lowest] ?? 0) + rest / (high - cursor);
  }
  return out;
};
