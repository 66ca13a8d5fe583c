// Formats of DateTime: tokens written and read, and Luxon's presets, in every locale that Intl knows.
'use strict';
const [n, s, l, d2] = ['numeric', 'short', 'long', '2-digit'];
const DAY = { year: n, month: n, day: n }, MED = { year: n, month: s, day: n }, FULL = { year: n, month: l, day: n }, HUGE = { ...FULL, weekday: l };
const CLOCK = { hour: n, minute: n }, SECONDS = { ...CLOCK, second: n };
const PRESETS = {
  DATE_SHORT: DAY, DATE_MED: MED, DATE_MED_WITH_WEEKDAY: { ...MED, weekday: s }, DATE_FULL: FULL, DATE_HUGE: HUGE,
  TIME_SIMPLE: CLOCK, TIME_WITH_SECONDS: SECONDS, TIME_WITH_SHORT_OFFSET: { ...SECONDS, timeZoneName: s }, TIME_WITH_LONG_OFFSET: { ...SECONDS, timeZoneName: l },
  TIME_24_SIMPLE: { ...CLOCK, hourCycle: 'h23' }, TIME_24_WITH_SECONDS: { ...SECONDS, hourCycle: 'h23' }, TIME_24_WITH_SHORT_OFFSET: { ...SECONDS, hourCycle: 'h23', timeZoneName: s }, TIME_24_WITH_LONG_OFFSET: { ...SECONDS, hourCycle: 'h23', timeZoneName: l },
  DATETIME_SHORT: { ...DAY, ...CLOCK }, DATETIME_SHORT_WITH_SECONDS: { ...DAY, ...SECONDS }, DATETIME_MED: { ...MED, ...CLOCK }, DATETIME_MED_WITH_SECONDS: { ...MED, ...SECONDS }, DATETIME_MED_WITH_WEEKDAY: { ...MED, weekday: s, ...CLOCK },
  DATETIME_FULL: { ...FULL, ...CLOCK, timeZoneName: s }, DATETIME_FULL_WITH_SECONDS: { ...FULL, ...SECONDS, timeZoneName: s }, DATETIME_HUGE: { ...HUGE, ...CLOCK, timeZoneName: l }, DATETIME_HUGE_WITH_SECONDS: { ...HUGE, ...SECONDS, timeZoneName: l },
};
for (const [name, value] of Object.entries(PRESETS)) DateTime[name] = value;
const MACROS = { D: 'DATE_SHORT', DD: 'DATE_MED', DDD: 'DATE_FULL', DDDD: 'DATE_HUGE', t: 'TIME_SIMPLE', tt: 'TIME_WITH_SECONDS', ttt: 'TIME_WITH_SHORT_OFFSET', tttt: 'TIME_WITH_LONG_OFFSET', T: 'TIME_24_SIMPLE', TT: 'TIME_24_WITH_SECONDS', TTT: 'TIME_24_WITH_SHORT_OFFSET', TTTT: 'TIME_24_WITH_LONG_OFFSET', f: 'DATETIME_SHORT', ff: 'DATETIME_MED', fff: 'DATETIME_FULL', ffff: 'DATETIME_HUGE', F: 'DATETIME_SHORT_WITH_SECONDS', FF: 'DATETIME_MED_WITH_SECONDS', FFF: 'DATETIME_FULL_WITH_SECONDS', FFFF: 'DATETIME_HUGE_WITH_SECONDS' };
const intlZone = (d) => (d.isOffsetFixed ? 'UTC' : d.zoneName);
const intlMs = (d) => (d.isOffsetFixed ? d.ts + d.offset * 6e4 : d.ts);
const shown = (d, options, o = {}) => {
  const locale = o.locale ?? options.locale ?? d.locale, given = { ...options, ...o };
  const text = dateFormat(locale, { timeZone: intlZone(d), ...(d.outputCalendar ? { calendar: d.outputCalendar } : {}), ...(d.numberingSystem ? { numberingSystem: d.numberingSystem } : {}), ...given }).format(given.timeZone ? d.ts : intlMs(d));
  return d.isOffsetFixed && d.offset !== 0 && given.timeZoneName ? text.replace(/\b(UTC|Coordinated Universal Time)\b/, d.zoneName) : text;
};
const named = (d, options) => (d.isValid ? part(d, options, Object.keys(options)[0]) : null);
const part = (d, options, type) => dateFormat(d.locale, { timeZone: 'UTC', ...options }).formatToParts(localMs(d.c)).find((p) => p.type === type)?.value ?? '';
const english = (d) => d.locale.startsWith('en');
const noon = (d) => (english(d) ? (d.hour < 12 ? 'AM' : 'PM') : part(d, { hour: n, hourCycle: 'h12' }, 'dayPeriod'));
const month = (style, alone) => (d) => part(d, alone ? { month: style } : { month: style, day: n }, 'month');
const weekday = (style, alone) => (d) => part(d, alone ? { weekday: style } : { weekday: style, month: l, day: n }, 'weekday');
const era = (style) => (d) => part(d, { era: style }, 'era');
const WRITERS = {
  S: (d) => d.millisecond, SSS: (d) => pad(d.millisecond, 3), u: (d) => pad(d.millisecond, 3), uu: (d) => pad(Math.floor(d.millisecond / 10)), uuu: (d) => Math.floor(d.millisecond / 100), s: (d) => d.second, ss: (d) => pad(d.second), m: (d) => d.minute, mm: (d) => pad(d.minute),
  h: (d) => d.hour % 12 || 12, hh: (d) => pad(d.hour % 12 || 12), H: (d) => d.hour, HH: (d) => pad(d.hour), Z: (d) => offsetText(d.offset, 'narrow'), ZZ: (d) => offsetText(d.offset), ZZZ: (d) => offsetText(d.offset, 'techie'),
  ZZZZ: (d) => d.offsetNameShort, ZZZZZ: (d) => d.offsetNameLong, z: (d) => d.zoneName, a: noon, d: (d) => d.day, dd: (d) => pad(d.day),
  c: (d) => d.weekday, ccc: weekday(s, true), cccc: weekday(l, true), ccccc: weekday('narrow', true), E: (d) => d.weekday, EEE: weekday(s), EEEE: weekday(l), EEEEE: weekday('narrow'),
  L: (d) => d.month, LL: (d) => pad(d.month), LLL: month(s, true), LLLL: month(l, true), LLLLL: month('narrow', true), M: (d) => d.month, MM: (d) => pad(d.month), MMM: month(s), MMMM: month(l), MMMMM: month('narrow'),
  y: (d) => d.year, yy: (d) => pad(d.year, 4).slice(-2), yyyy: (d) => pad(d.year, 4), yyyyyy: (d) => pad(d.year, 6), G: era(s), GG: era(l), GGGGG: era('narrow'), kk: (d) => pad(d.weekYear, 4).slice(-2), kkkk: (d) => pad(d.weekYear, 4), W: (d) => d.weekNumber, WW: (d) => pad(d.weekNumber),
  n: (d) => d.localWeekNumber, nn: (d) => pad(d.localWeekNumber), ii: (d) => pad(d.localWeekYear, 4).slice(-2), iiii: (d) => pad(d.localWeekYear, 4),
  o: (d) => d.ordinal, ooo: (d) => pad(d.ordinal, 3), q: (d) => d.quarter, qq: (d) => pad(d.quarter), X: (d) => d.toUnixInteger(), x: (d) => d.ts,
};
const TOKENS = /'([^']*)'|([A-Za-z])\2*|[^A-Za-z']+|'/g;
const writeFormat = (d, pattern) => String(pattern).replace(TOKENS, (token, quoted) => {
  if (quoted !== undefined) return quoted;
  if (token === "'") return '';
  if (Object.hasOwn(MACROS, token)) return shown(d, PRESETS[MACROS[token]]);
  return Object.hasOwn(WRITERS, token) ? WRITERS[token](d) : token;
});

const names = memo((type, style, alone, locale) => {
  const count = type === 'month' ? 12 : 7, options = type === 'month' ? (alone ? { month: style } : { month: style, day: n }) : alone ? { weekday: style } : { weekday: style, month: l, day: n };
  return Array.from({ length: count }, (_, i) => dateFormat(locale, { timeZone: 'UTC', ...options }).formatToParts(type === 'month' ? Date.UTC(2016, i, 1) : Date.UTC(2016, 10, 14 + i)).find((p) => p.type === type)?.value ?? '');
});
const meridiems = (locale) => (locale.startsWith('en') ? ['AM', 'PM'] : [9, 19].map((hour) => dateFormat(locale, { timeZone: 'UTC', hour: n, hourCycle: 'h12' }).formatToParts(Date.UTC(2016, 10, 13, hour)).find((p) => p.type === 'dayPeriod')?.value ?? ''));
const eras = (style, locale) => [-40, 2017].map((year) => { const d = new Date(0); d.setUTCFullYear(year, 0, 1); return dateFormat(locale, { timeZone: 'UTC', era: style }).formatToParts(d).find((p) => p.type === 'era').value; });
const number = (field, digits) => ({ field, source: `\\d${digits}`, value: Number });
const oneOf = (field, list, from) => ({ field, source: list.map(escaped).join('|'), value: (text) => list.findIndex((one) => bare(one) === bare(text)) + from });
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const bare = (text) => text.toLowerCase().replace(/\./g, '').trim();
const short = (field) => ({ field, source: '\\d{2}', value: (text) => (Number(text) > 60 ? 1900 : 2000) + Number(text) });
const READERS = {
  y: () => number('year', '{1,6}'), yy: () => ({ field: 'year', source: '\\d{2,4}', value: (text) => (text.length > 2 ? Number(text) : (Number(text) > 60 ? 1900 : 2000) + Number(text)) }), yyyy: () => number('year', '{4}'), yyyyy: () => number('year', '{4,6}'), yyyyyy: () => number('year', '{6}'),
  M: () => number('month', '{1,2}'), MM: () => number('month', '{2}'), MMM: (at) => oneOf('month', names('month', s, true, at), 1), MMMM: (at) => oneOf('month', names('month', l, true, at), 1),
  L: () => number('month', '{1,2}'), LL: () => number('month', '{2}'), LLL: (at) => oneOf('month', names('month', s, false, at), 1), LLLL: (at) => oneOf('month', names('month', l, false, at), 1),
  d: () => number('day', '{1,2}'), dd: () => number('day', '{2}'), o: () => number('ordinal', '{1,3}'), ooo: () => number('ordinal', '{3}'), HH: () => number('hour', '{2}'), H: () => number('hour', '{1,2}'), hh: () => number('hour', '{2}'), h: () => number('hour', '{1,2}'),
  mm: () => number('minute', '{2}'), m: () => number('minute', '{1,2}'), s: () => number('second', '{1,2}'), ss: () => number('second', '{2}'), q: () => number('quarter', ''), qq: () => number('quarter', '{2}'), S: () => number('millisecond', '{1,3}'), SSS: () => number('millisecond', '{3}'),
  u: () => ({ field: 'millisecond', source: '\\d{1,9}', value: fraction }), uu: () => ({ field: 'millisecond', source: '\\d{1,2}', value: fraction }), uuu: () => ({ field: 'millisecond', source: '\\d', value: fraction }), a: (at) => oneOf('noon', meridiems(at), 0), G: (at) => oneOf('era', eras(s, at), 0), GG: (at) => oneOf('era', eras(l, at), 0),
  kkkk: () => number('weekYear', '{4}'), kk: () => short('weekYear'), W: () => number('weekNumber', '{1,2}'), WW: () => number('weekNumber', '{2}'), E: () => number('weekday', ''), c: () => number('weekday', ''),
  EEE: (at) => oneOf('weekday', names('weekday', s, false, at), 1), EEEE: (at) => oneOf('weekday', names('weekday', l, false, at), 1), ccc: (at) => oneOf('weekday', names('weekday', s, true, at), 1), cccc: (at) => oneOf('weekday', names('weekday', l, true, at), 1),
  Z: () => ({ field: 'offset', source: '[+-]\\d{1,2}(?::\\d{2})?', value: wide }), ZZ: () => ({ field: 'offset', source: '[+-]\\d{1,2}(?::\\d{2})?', value: wide }), ZZZ: () => ({ field: 'offset', source: '[+-]\\d{1,2}(?:\\d{2})?', value: wide }), z: () => ({ field: 'zone', source: '[a-z_+-/]{1,256}?', value: String }),
};
const wide = (text) => { const [, sign, hours, minutes] = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(text); return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes ?? 0)); };
const PARTS_TO_TOKENS = { year: { '2-digit': 'yy', numeric: 'yyyyy' }, month: { numeric: 'M', '2-digit': 'MM', short: 'MMM', long: 'MMMM' }, day: { numeric: 'd', '2-digit': 'dd' }, weekday: { short: 'EEE', long: 'EEEE' }, hour12: { numeric: 'h', '2-digit': 'hh' }, hour24: { numeric: 'H', '2-digit': 'HH' }, minute: { numeric: 'mm', '2-digit': 'mm' }, second: { numeric: 'ss', '2-digit': 'ss' }, timeZoneName: { long: 'ZZZZZ', short: 'ZZZ' } };
const patternOf = (options, locale) => {
  const format = dateFormat(locale, options), twelve = format.resolvedOptions().hour12;
  return format.formatToParts(Date.UTC(2016, 10, 23, 14, 30, 15)).map(({ type, value }) => {
    if (type === 'literal') return /^\s+$/.test(value) ? ' ' : value.replace(/[A-Za-z]+/g, "'$&'");
    if (type === 'dayPeriod') return 'a';
    return PARTS_TO_TOKENS[type === 'hour' ? (twelve ? 'hour12' : 'hour24') : type]?.[options[type] ?? n] ?? value;
  }).join('');
};
const expanded = (pattern, locale) => String(pattern).replace(TOKENS, (token) => (Object.hasOwn(MACROS, token) ? patternOf(PRESETS[MACROS[token]], locale) : token));
const readFormat = (text, pattern, locale) => {
  const readers = [];
  const source = expanded(pattern, locale).replace(TOKENS, (token, quoted) => {
    if (quoted !== undefined) return escaped(quoted);
    if (!Object.hasOwn(READERS, token)) return escaped(token).replace(/\s+/g, '\\s+');
    readers.push(READERS[token](locale));
    return `(${readers.at(-1).source})`;
  });
  const regex = new RegExp(`^${source}$`, 'iu'), m = regex.exec(text);
  if (!m) return { reason: `the input "${text}" can't be parsed as format ${pattern}`, regex, result: null };
  const got = {};
  readers.forEach((r, i) => { got[r.field] = r.value(m[i + 1]); });
  const { offset, zone, noon: half, era: age, quarter, ...fields } = got;
  if (half !== undefined && fields.hour !== undefined) fields.hour = half === 1 && fields.hour < 12 ? fields.hour + 12 : half === 0 && fields.hour === 12 ? 0 : fields.hour;
  if (age === 0 && fields.year) fields.year = -fields.year;
  if (quarter !== undefined) fields.month = (quarter - 1) * 3 + 1;
  return { fields, offset, named: zone, regex, result: fields };
};
