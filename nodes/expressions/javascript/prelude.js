// The methods n8n adds to JavaScript's values, and its global functions; the same as nodes/expressions/functions.
'use strict';
class ExpressionError extends Error {}
const EXTENSIONS = {};
const extend = (kind, target, table) => { EXTENSIONS[kind] = Object.assign(Object.create(null), table); hidden(target, table); };
const hidden = (target, table) => {
  for (const [name, value] of Object.entries(table))
    Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
};
const plain = (v) => v !== null && typeof v === 'object' && !Array.isArray(v);
const nothing = (v) => v === null || v === undefined || v === '' || v === 'nil';
const sorted = (v) => Array.isArray(v) ? v.map(sorted) : plain(v)
  ? Object.fromEntries(Object.keys(v).sort().map((k) => [k, sorted(v[k])])) : v;
const same = (a, b) => a !== null && b !== null && typeof a === 'object' && typeof b === 'object'
  ? JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)) : a === b;
const distinct = (values) => {
  const seen = new Set();
  return values.filter((v) => {
    const key = v !== null && typeof v === 'object' ? 'o' + JSON.stringify(sorted(v)) : v;
    return seen.has(key) ? false : (seen.add(key), true);
  });
};
const refuse = (text) => { throw new ExpressionError(text); };

// ---- strings
const EMAIL = "[\\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+";
const URL_IN = /(?:https?|ftp|file):\/\/(?:www\.)?[-A-Za-z0-9@:%.+~#=_]{1,256}\b(?:[-A-Za-z0-9()@:%_+.~#?&/=]*)/;
const HOST = /^(?:(?:https?|ftp|file):\/\/|mailto:)?(?:[^\s@/]+@)?([A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)(?::\d{1,5})?(?:[/?#]\S*)?$/;
const DOMAIN = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+(?:[A-Za-z]{2,}|[Xx][Nn]--[A-Za-z0-9-]+)$/;
const SPECIAL = { 'ß': 'ss', 'æ': 'ae', 'Æ': 'AE', 'ø': 'o', 'Ø': 'O', 'œ': 'oe', 'Œ': 'OE', 'ł': 'l', 'Ł': 'L', 'đ': 'd', 'Đ': 'D', 'ð': 'd', 'Þ': 'TH', 'þ': 'th', 'ı': 'i' };
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const utf8 = (text) => { // text → bytes
  const bytes = [];
  for (const char of text) {
    const code = char.codePointAt(0);
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | code >> 6, 0x80 | code & 63);
    else if (code < 0x10000) bytes.push(0xe0 | code >> 12, 0x80 | code >> 6 & 63, 0x80 | code & 63);
    else bytes.push(0xf0 | code >> 18, 0x80 | code >> 12 & 63, 0x80 | code >> 6 & 63, 0x80 | code & 63);
  }
  return bytes;
};
const fromUtf8 = (bytes) => {
  const escaped = bytes.map((b) => '%' + b.toString(16).padStart(2, '0')).join('');
  try { return decodeURIComponent(escaped); } catch { return String.fromCharCode(...bytes); }
};
const toBase64 = (bytes) => {
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const n = bytes[i] << 16 | (bytes[i + 1] ?? 0) << 8 | (bytes[i + 2] ?? 0);
    out += BASE64[n >> 18] + BASE64[n >> 12 & 63] + (i + 1 < bytes.length ? BASE64[n >> 6 & 63] : '=') + (i + 2 < bytes.length ? BASE64[n & 63] : '=');
  }
  return out;
};
const fromBase64 = (text) => {
  const kept = text.replace(/-/g, '+').replace(/_/g, '/').replace(/[^A-Za-z0-9+/]/g, '');
  const bytes = [];
  for (let i = 0; i + 1 < kept.length; i += 4) {
    const [a, b, c, d] = [0, 1, 2, 3].map((k) => BASE64.indexOf(kept[i + k] ?? 'A'));
    const n = a << 18 | b << 12 | c << 6 | d;
    bytes.push(n >> 16 & 255);
    if (i + 2 < kept.length) bytes.push(n >> 8 & 255);
    if (i + 3 < kept.length) bytes.push(n & 255);
  }
  return bytes;
};
const toDateTime = (text, format) => {
  let value;
  if (typeof format === 'string' && !['ms', 's', 'us', 'excel'].includes(format)) value = DateTime.fromFormat(text, format);
  else {
    value = DateTime.fromISO(text, { setZone: true });
    if (!value.isValid) value = DateTime.fromJSDate(new Date(text));
    if (!value.isValid && /^\d{9,16}$/.test(text)) value = DateTime.fromMillis(Number(text));
  }
  return value.isValid ? value : refuse('cannot convert to Luxon DateTime');
};
extend('string', String.prototype, {
  isEmpty() { return this.length === 0; },
  isNotEmpty() { return this.length > 0; },
  removeTags() { return this.replace(/<[^>]*>?/g, ''); },
  removeMarkdown() {
    return this.replace(/^(?:\s*[-*+]\s|\s*\d+\.\s)/gm, '').replace(/<[^>]*>/g, '').replace(/^[=-]{2,}\s*$/gm, '')
      .replace(/!\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/^\s{0,3}>\s?/gm, '')
      .replace(/^#{1,6}\s*/gm, '').replace(/(\*{1,3}|_{1,3})(\S(?:.*?\S)?)\1/g, '$2').replace(/`{1,3}([^`]*)`{1,3}/g, '$1');
  },
  toSentenceCase() { return this.toLowerCase().replace(/(^\s*|[.!?]\s+)(\p{L})/gu, (_, a, b) => a + b.toUpperCase()); },
  toTitleCase() { return this.toLowerCase().replace(/(^|\s|-)(\S)/g, (_, a, b) => a + b.toUpperCase()); },
  toSnakeCase() {
    const spaced = this.replace(/([a-z0-9])([A-Z])/g, '$1 $2');
    return spaced.replace(/[^\p{L}\p{N}_]+|_+/gu, '_').replace(/^_+|_+$/g, '').toLowerCase();
  },
  urlEncode(whole = false) { return whole === true ? encodeURI(this) : encodeURIComponent(this); },
  urlDecode(whole = false) { return whole === true ? decodeURI(this) : decodeURIComponent(this); },
  quote(mark = '"') { return mark + this.replaceAll(mark, () => '\\' + mark) + mark; },
  replaceSpecialChars() { return [...this].map((c) => SPECIAL[c] ?? c).join('').normalize('NFD').replace(/\p{M}/gu, ''); },
  isNumeric() { return this.length > 0 && !this.includes(' ') && !Number.isNaN(Number(this)); },
  isEmail() { return new RegExp(`^${EMAIL}$`).test(this); },
  isUrl() { return /^(?:https?|ftp|file):\/\/\S+$/i.test(this); },
  isDomain() { return DOMAIN.test(this); },
  extractEmail() { return this.match(new RegExp(EMAIL))?.[0]; },
  extractUrl() { return this.match(URL_IN)?.[0]; },
  extractDomain() { return this.isEmail() ? this.slice(this.lastIndexOf('@') + 1) : this.match(HOST)?.[1]; },
  extractUrlPath() { const m = this.match(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]+([^?#]*)/i); return m ? m[1] || '/' : undefined; },
  toJsonString() { return JSON.stringify(String(this)); },
  parseJson() {
    try { return JSON.parse(this); } catch { return refuse('Parsing failed' + (this.includes("'") ? ". Check you're using double quotes" : '')); }
  },
  base64Encode() { return toBase64(utf8(String(this))); },
  base64Decode() { return fromUtf8(fromBase64(String(this))); },
  toBoolean() { return !['false', 'no', '0', '', 'off', 'n'].includes(this.toLowerCase()); },
  toInt(radix) { return parseInt(this, radix); },
  toWholeNumber(radix) { return parseInt(this, radix); },
  toFloat() { return parseFloat(this.includes('.') ? this : this.replaceAll(',', '.')); },
  toDecimalNumber() { return this.toFloat(); },
  toNumber() { const n = Number(this); return Number.isNaN(n) ? refuse('cannot convert to number') : n; },
  toDate() { const d = new Date(this); return Number.isNaN(d.getTime()) ? refuse('cannot convert to date') : d; },
  toDateTime(format) { return toDateTime(String(this), format); },
});

// ---- numbers and booleans
const integer = (n, name) => Number.isInteger(Number(n)) ? Number(n) : refuse(`${name}() is only callable on integers`);
extend('number', Number.prototype, {
  ceil() { return Math.ceil(this); },
  floor() { return Math.floor(this); },
  abs() { return Math.abs(this); },
  round(places = 0) { const f = 10 ** places; return places ? Math.round(this * f) / f : Math.round(this); },
  isInteger() { return Number.isInteger(Number(this)); },
  isEven() { return integer(this, 'isEven') % 2 === 0; },
  isOdd() { return Math.abs(integer(this, 'isOdd') % 2) === 1; },
  isEmpty() { return false; },
  isNotEmpty() { return true; },
  toBoolean() { return Number(this) !== 0; },
  toInt() { return Math.round(this); },
  toFloat() { return Number(this); },
  toNumber() { return Number(this); },
  format(locale = 'en-US', options = undefined) { return new Intl.NumberFormat(locale, options).format(this); },
  toDateTime(unit = 'ms') {
    if (unit === 'excel') return DateTime.fromMillis(Math.round((this - 25569) * 86400000));
    const factor = { ms: 1, s: 1000, us: 0.001 }[unit];
    return factor ? DateTime.fromMillis(this * factor) : refuse(`Unsupported format '${unit}'. toDateTime() supports 'ms', 's', 'us' and 'excel'`);
  },
});
extend('boolean', Boolean.prototype, {
  toBoolean() { return this.valueOf(); }, toInt() { return this.valueOf() ? 1 : 0; }, toFloat() { return this.valueOf() ? 1 : 0; },
  toNumber() { return this.valueOf() ? 1 : 0; }, isEmpty() { return false; }, isNotEmpty() { return true; },
});

// ---- arrays
const numbers = (values, name) => values.map((v) => {
  const n = typeof v === 'string' && v.trim() !== '' ? Number(v) : v;
  return typeof n === 'number' && !Number.isNaN(n) ? n : refuse(`${name}() can only be called on an array of numbers`);
});
const other = (value, name) => Array.isArray(value) ? value : refuse(`${name}() requires an array as its argument`);
extend('array', Array.prototype, {
  isEmpty() { return this.length === 0; },
  isNotEmpty() { return this.length > 0; },
  first() { return this[0]; },
  last() { return this[this.length - 1]; },
  randomItem() { return this[Math.floor(Math.random() * this.length)]; },
  sum() { return numbers(this, 'sum').reduce((a, b) => a + b, 0); },
  average() { return this.length ? this.sum() / this.length : 0; },
  min() { return Math.min(...numbers(this, 'min')); },
  max() { return Math.max(...numbers(this, 'max')); },
  unique(...names) {
    if (!names.length) return distinct(this);
    const marks = [];
    return this.filter((v) => {
      const mark = plain(v) ? names.map((n) => v[n]) : v;
      return marks.some((m) => same(m, mark)) ? false : (marks.push(mark), true);
    });
  },
  removeDuplicates(...names) { return this.unique(...names); },
  compact() {
    const empty = (v) => v !== null && typeof v === 'object' && Object.keys(v).length === 0;
    return this.filter((v) => !nothing(v) && !empty(v)).map((v) => plain(v) ? Object.fromEntries(Object.entries(v).filter(([, x]) => !nothing(x))) : v);
  },
  pluck(...names) {
    if (!names.length) return this;
    return this.map((v) => plain(v) ? names.filter((n) => n in v).map((n) => v[n]) : []).filter((r) => r.length).map((r) => names.length === 1 ? r[0] : r);
  },
  chunk(size) {
    if (typeof size !== 'number' || size < 1) refuse('chunk() requires a positive number as its argument');
    return Array.from({ length: Math.ceil(this.length / size) }, (_, i) => this.slice(i * size, i * size + size));
  },
  smartJoin(name, value) {
    if (!name || !value) refuse('smartJoin() requires two arguments: the name of the key field and that of the value field');
    return Object.fromEntries(this.filter((r) => plain(r) && name in r && value in r).map((r) => [r[name], r[value]]));
  },
  renameKeys(...pairs) {
    if (!pairs.length || pairs.length % 2) refuse('renameKeys() requires an even number of arguments: from1, to1 [, from2, to2…]');
    const names = new Map(pairs.flatMap((p, i) => i % 2 ? [] : [[p, pairs[i + 1]]]));
    return this.map((v) => plain(v) ? Object.fromEntries(Object.entries(v).map(([k, x]) => [names.get(k) ?? k, x])) : v);
  },
  merge(more) {
    return (more === undefined ? this : [...this, ...other(more, 'merge')]).filter(plain).reduce((all, one) => ({ ...all, ...Object.fromEntries(Object.entries(one).filter(([k]) => !(Object.hasOwn(all, k)))) }), {});
  },
  union(more) { return distinct([...this, ...other(more, 'union')]); },
  difference(more) { other(more, 'difference'); return distinct(this.filter((v) => !more.some((o) => same(v, o)))); },
  intersection(more) { other(more, 'intersection'); return distinct(this.filter((v) => more.some((o) => same(v, o)))); },
  append(...more) { return [...this, ...more]; },
  toJsonString() { return JSON.stringify(this); },
});

// ---- objects: on Object.prototype, so that they also say what they cannot be called on
const wanted = (text, name) => typeof text === 'string' && text ? text : refuse(`${name}() requires a text of at least one character as its argument`);
const compacted = (v) => plain(v) ? Object.fromEntries(Object.entries(v).filter(([, x]) => !nothing(x)).map(([k, x]) => [k, compacted(x)])) : v;
const form = (text) => encodeURIComponent(text).replace(/[!'()~]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase()).replace(/%20/g, '+');
const onObjects = {
  isEmpty() { return Object.keys(this).length === 0; },
  isNotEmpty() { return Object.keys(this).length > 0; },
  hasField(name) { return Object.hasOwn(this, name); },
  removeField(name) { return Object.fromEntries(Object.entries(this).filter(([k]) => k !== name)); },
  removeFieldsContaining(text) { wanted(text, 'removeFieldsContaining'); return Object.fromEntries(Object.entries(this).filter(([, v]) => !(typeof v === 'string' && v.includes(text)))); },
  keepFieldsContaining(text) { wanted(text, 'keepFieldsContaining'); return Object.fromEntries(Object.entries(this).filter(([, v]) => typeof v === 'string' && v.includes(text))); },
  compact() { return compacted(this); },
  urlEncode() { return Object.entries(this).map(([k, v]) => `${form(k)}=${form(String(v))}`).join('&'); },
  toJsonString() { return JSON.stringify(this); },
};
extend('object', Object.prototype, onObjects);
EXTENSIONS.object.keys = function () { return Object.keys(this); };
EXTENSIONS.object.values = function () { return Object.values(this); };
EXTENSIONS.string.length = function () { return this.length; };

// ---- dates
const units = ['years', 'quarters', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds', 'milliseconds'];
const unitOf = (unit, name) => {
  const text = String(unit).toLowerCase().replace(/s?$/, 's');
  return units.includes(text) ? text : refuse(`Unsupported unit '${unit}'. ${name}() takes: ${units.join(', ')}`);
};
const moment = (v) => v instanceof DateTime ? v : v instanceof Date ? DateTime.fromJSDate(v) : typeof v === 'number' ? DateTime.fromMillis(v)
  : [DateTime.fromISO(String(v))].map((d) => d.isValid ? d : DateTime.fromJSDate(new Date(String(v))))[0];
const PARTS = { week: 'weekNumber', yearDayNumber: 'ordinal', dayOfYear: 'ordinal', weekDay: 'weekday' };
const moved = (native) => function (amount, unit = 'milliseconds') {
  const span = typeof amount === 'number' ? { [unitOf(unit, native)]: amount } : amount;
  return like(this, moment(this)[native === 'plus' ? 'addSpan' : 'subtractSpan'](span));
};
const like = (value, at) => value instanceof Date ? at.toJSDate() : at;
const spanned = (to, since, unit, name) => Array.isArray(unit) ? to.diff(since, unit.map((u) => unitOf(u, name))).toObject() : to.diff(since, unitOf(unit, name)).as(unitOf(unit, name));
const onDates = {
  beginningOf(unit = 'week') { return like(this, moment(this).startOf(unitOf(unit, 'beginningOf'))); },
  endOfMonth() { return like(this, moment(this).endOf('month')); },
  extract(part = 'week') { const name = PARTS[part] ?? String(part).replace(/s$/, ''); const v = moment(this)[name]; return typeof v === 'number' ? v : null; },
  isBetween(a, b) { const [x, y, z] = [a, b, this].map((v) => moment(v).toMillis()); return Math.min(x, y) < z && z < Math.max(x, y); },
  isDst() { return moment(this).isInDST; },
  isInLast(n = 0, unit = 'minutes') { const now = DateTime.now(); const at = moment(this).toMillis(); return now.subtractSpan({ [unitOf(unit, 'isInLast')]: n }).toMillis() <= at && at <= now.toMillis(); },
  isWeekend() { return moment(this).weekday > 5; },
  plus: moved('plus'),
  minus: moved('minus'),
  format(pattern = 'yyyy-MM-dd') { return moment(this).toFormat(pattern); },
  toDateTime() { return moment(this); },
  diffTo(v, unit = 'days') { return spanned(moment(this), moment(v), unit, 'diffTo'); },
  diffToNow(unit = 'days') { return spanned(moment(this), DateTime.now(), unit, 'diffToNow'); },
  toInt() { return this.valueOf(); }, toFloat() { return this.valueOf(); }, toNumber() { return this.valueOf(); },
  isEmpty() { return false; }, isNotEmpty() { return true; },
  toBoolean() { return refuse('toBoolean() is not callable on a date'); },
};
extend('date', Date.prototype, onDates);
extend('dateTime', DateTime.prototype, onDates);

const ALL = new Set(Object.values(EXTENSIONS).flatMap((table) => Object.keys(table)).concat('hash'));

// ---- global functions
const isNothing = (v) => v === undefined || v === null || v === '' || (Array.isArray(v) && !v.length) || (plain(v) && Object.getPrototypeOf(v) === Object.prototype && !Object.keys(v).length);
const mean = (...v) => v.reduce((a, b) => a + Number(b), 0) / v.length;
hidden(globalThis, {
  $ifEmpty: (v, d) => isNothing(v) ? d : v, $if: (c, a, b = false) => c ? a : b, $not: (v) => !v, not: (v) => !v,
  $min: Math.min, min: Math.min, $max: Math.max, max: Math.max, $average: mean, average: mean, ExpressionError,
});
