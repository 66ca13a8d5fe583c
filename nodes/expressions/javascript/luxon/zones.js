// Zones, locales and units beneath Luxon's types: offsets and names come from Intl.
'use strict';
const UNITS = ['years', 'quarters', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds', 'milliseconds'];
const FIELDS = ['year', 'month', 'day', 'hour', 'minute', 'second', 'millisecond'];
const pad = (n, size = 2) => (n < 0 ? '-' : '') + String(Math.abs(n)).padStart(size, '0');
const unitName = (unit) => {
  const text = String(unit).toLowerCase().replace(/s?$/, 's');
  if (!UNITS.includes(text)) throw new Error(`Invalid unit ${unit}`);
  return text;
};
const memo = (make) => { // Intl's objects cost much to make
  const made = new Map();
  return (...given) => {
    const key = JSON.stringify(given);
    if (!made.has(key)) { if (made.size > 500) made.clear(); made.set(key, make(...given)); }
    return made.get(key);
  };
};
const dateFormat = memo((locale, options) => new Intl.DateTimeFormat(locale, options));
const numberFormat = memo((locale, options) => new Intl.NumberFormat(locale, options));
const relativeFormat = memo((locale, options) => new Intl.RelativeTimeFormat(locale, options));
const listFormat = memo((locale, options) => new Intl.ListFormat(locale, options));
const weekInfo = memo((locale) => {
  const known = new Intl.Locale(locale), found = known.getWeekInfo?.() ?? known.weekInfo ?? {};
  const sunday = found.firstDay === 7; // where Sunday comes first, the first of January opens the first week
  return { firstDay: 1, minimalDays: sunday ? 1 : 4, weekend: [6, 7], ...found };
});
const FIXED = /^utc(?:([+-]\d{1,2})(?::?(\d{2}))?)?$/i;
const fixedOffset = (zone) => {
  const m = FIXED.exec(zone);
  return m ? Number(m[1] ?? 0) * 60 + (m[1]?.[0] === '-' ? -1 : 1) * Number(m[2] ?? 0) : null;
};
const fixedName = (minutes) => (minutes === 0 ? 'UTC' : `UTC${offsetText(minutes, 'narrow')}`);
const offsetText = (o, style = 'short') => {
  const sign = o < 0 ? '-' : '+', hours = Math.floor(Math.abs(o) / 60), rest = Math.abs(o) % 60;
  if (style === 'narrow') return `${sign}${hours}${rest ? `:${pad(rest)}` : ''}`;
  return `${sign}${pad(hours)}${style === 'techie' ? '' : ':'}${pad(rest)}`;
};
const clockOf = memo((zone) => {
  try { return new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', era: 'short', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' }); } catch { return null; }
});
const zoneKnown = (zone) => fixedOffset(zone) !== null || clockOf(zone) !== null;
const localMs = (c) => { const d = new Date(0); d.setUTCFullYear(c.year, c.month - 1, c.day); d.setUTCHours(c.hour, c.minute, c.second, c.millisecond); return d.getTime(); };
const offsetAt = (zone, ms) => {
  const fixed = fixedOffset(zone);
  if (fixed !== null) return fixed;
  const p = {};
  for (const { type, value } of clockOf(zone).formatToParts(ms)) p[type] = value;
  const year = p.era === 'BC' ? 1 - Number(p.year) : Number(p.year);
  return (localMs({ year, month: p.month, day: p.day, hour: p.hour, minute: p.minute, second: p.second, millisecond: 0 }) - Math.floor(ms / 1000) * 1000) / 6e4;
};
const resolveLocal = (local, guess, zone) => { // in a gap move forward, in an overlap keep the guessed offset
  let at = local - guess * 6e4;
  const second = offsetAt(zone, at);
  if (second === guess) return at;
  at -= (second - guess) * 6e4;
  const third = offsetAt(zone, at);
  return second === third ? at : local - Math.min(second, third) * 6e4;
};
class Zone {
  constructor(name) { this.name = name; Object.freeze(this); }
  get fixed() { return fixedOffset(this.name); }
  get type() { return this.fixed === null ? 'iana' : 'fixed'; }
  get isUniversal() { return this.fixed !== null; }
  get isValid() { return zoneKnown(this.name); }
  get ianaName() { return this.fixed === null ? this.name : this.fixed === 0 ? 'Etc/UTC' : `Etc/GMT${offsetText(-this.fixed, 'narrow')}`; }
  offset(ms) { return this.isValid ? offsetAt(this.name, ms) : NaN; }
  offsetName(ms, { format = 'long', locale = 'en-US' } = {}) {
    if (this.fixed !== null) return this.name;
    return dateFormat(locale, { timeZone: this.name, timeZoneName: format }).formatToParts(ms).find((p) => p.type === 'timeZoneName')?.value ?? null;
  }
  formatOffset(ms, style) { return offsetText(this.offset(ms), style); }
  equals(other) { return other instanceof Zone && other.name === this.name; }
  toJSON() { return this.fixed === null ? { zoneName: this.name, valid: this.isValid } : { fixed: this.fixed }; }
}
const zoneName = (zone) => {
  if (zone instanceof Zone) return zone.name;
  if (typeof zone === 'number') return fixedName(zone);
  if (zone === undefined || zone === null || ['local', 'system', 'default'].includes(String(zone).toLowerCase())) return clockState.zone;
  const fixed = /^gmt$/i.test(zone) ? 0 : fixedOffset(zone);
  return fixed === null ? String(zone) : fixedName(fixed);
};
const daysIn = (year, month) => { const d = new Date(0); d.setUTCFullYear(year, month, 0); return d.getUTCDate(); };
const dayCount = (c) => Math.floor(localMs({ ...c, hour: 0, minute: 0, second: 0, millisecond: 0 }) / 864e5);
const dated = (days) => { const d = new Date(days * 864e5); return { year: d.getUTCFullYear(), month: d.getUTCMonth() + 1, day: d.getUTCDate() }; };
const firstWeek = (year, least, start) => { // the day on which a year's first week begins
  const first = dayCount({ year, month: 1, day: 1 }), into = (((first + 3) % 7) + 7) % 7; // 0 is Monday
  const back = (into - (start - 1) + 7) % 7;
  return first - back + (7 - back < least ? 7 : 0);
};
const weekOf = (c, least = 4, start = 1) => {
  const day = dayCount(c), year = [c.year + 1, c.year, c.year - 1].find((y) => firstWeek(y, least, start) <= day);
  const begun = day - firstWeek(year, least, start);
  return { weekYear: year, weekNumber: Math.floor(begun / 7) + 1, weekday: (begun % 7) + 1 };
};
const weeksIn = (year, least = 4, start = 1) => (firstWeek(year + 1, least, start) - firstWeek(year, least, start)) / 7;
const ofWeek = (w, least = 4, start = 1) => dated(firstWeek(w.weekYear, least, start) + (w.weekNumber - 1) * 7 + w.weekday - 1);
const ofOrdinal = (year, ordinal) => dated(dayCount({ year, month: 1, day: 1 }) + ordinal - 1);
