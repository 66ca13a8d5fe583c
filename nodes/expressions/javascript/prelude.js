// The methods n8n adds to JavaScript's values, and its global functions; the same as nodes/expressions/functions.
'use strict';
class ExpressionError extends Error {}
const EXTENSIONS = {};
const extend = (kind, target, table) => { EXTENSIONS[kind] = Object.assign(Object.create(null), table); hidden(target, table); };
const hidden = (target, table) => {
  for (const [name, value] of Object.entries(table))
    Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
};
const plain = (v) => v !== null && typeof v === 'object' && !Array.isArray(v) && !(v instanceof Date) && !isMoment(v);
const nothing = (v) => v === null || v === undefined || v === '' || v === 'nil'
  || ((plain(v) || Array.isArray(v)) && Object.keys(v).length === 0);
const compacted = (v) => plain(v)
  ? Object.fromEntries(Object.entries(v).filter(([, x]) => !nothing(x)).map(([k, x]) => [k, compacted(x)])) : v;
const sorted = (v) => Array.isArray(v) ? v.map(sorted) : plain(v)
  ? Object.fromEntries(Object.keys(v).sort().map((k) => [k, sorted(v[k])])) : v instanceof Date ? v.valueOf() : v;
const markOf = (v) => (v !== null && typeof v === 'object' ? 'o' + JSON.stringify(sorted(v)) : v);
const distinct = (values, of = (v) => v) => {
  const seen = new Set();
  return values.filter((v) => {
    const mark = markOf(of(v));
    return seen.has(mark) ? false : (seen.add(mark), true);
  });
};
const marksOf = (values) => new Set(values.map(markOf));
const refuse = (text) => { throw new ExpressionError(text); };

// ---- numbers and booleans
const integer = (n, name) => Number.isInteger(Number(n)) ? Number(n) : refuse(`${name}() is only callable on integers`);
extend('number', Number.prototype, {
  ceil() { return Math.ceil(this); },
  floor() { return Math.floor(this); },
  abs() { return Math.abs(this); },
  round(places = 0) { return Number(this.toFixed(places)); },
  isInteger() { return Number.isInteger(Number(this)); },
  isEven() { return integer(this, 'isEven') % 2 === 0; },
  isOdd() { return Math.abs(integer(this, 'isOdd') % 2) === 1; },
  isEmpty() { return !Number(this); },
  isNotEmpty() { return Boolean(Number(this)); },
  toBoolean() { return Number(this) !== 0; },
  toInt() { return Number(this.toFixed(0)); },
  toFloat() { return Number(this); },
  toNumber() { return Number(this); },
  format(locale = 'en-US', options = undefined) { return new Intl.NumberFormat(locale, options).format(this); },
  toDateTime(unit = 'ms') {
    if (unit === 'excel') return dates().DateTime.fromMillis(Math.round((this - 25569) * 86400000));
    const factor = { ms: 1, s: 1000, us: 0.001 }[unit];
    return factor ? dates().DateTime.fromMillis(this * factor) : refuse(`Unsupported format '${unit}'. toDateTime() supports 'ms', 's', 'us' and 'excel'`);
  },
});
extend('boolean', Boolean.prototype, {
  toBoolean() { return this.valueOf(); }, toInt() { return this.valueOf() ? 1 : 0; }, toFloat() { return this.valueOf() ? 1 : 0; },
  toNumber() { return this.valueOf() ? 1 : 0; }, isEmpty() { return !this.valueOf(); }, isNotEmpty() { return this.valueOf(); }, toDateTime() {},
});

// ---- arrays
const numbers = (values, name) => values.map((v) => typeof v === 'number' ? v : refuse(`${name}(): all array elements must be numbers`));
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
    return distinct(this, (v) => (names.length && plain(v) ? names.map((n) => v[n]) : v));
  },
  removeDuplicates(...names) { return this.unique(...names); },
  compact() { return this.filter((v) => !nothing(v)).map(compacted); },
  pluck(...names) {
    if (!names.length) return this;
    return this.map((v) => plain(v) ? names.filter((n) => n in v).map((n) => v[n]) : []).filter((r) => r.length).map((r) => r.length === 1 ? r[0] : r);
  },
  chunk(size) {
    if (typeof size !== 'number' || !(size >= 1)) refuse('chunk() requires a positive number as its argument');
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
    if (more === undefined) return this.filter(plain).reduceRight((all, one) => ({ ...all, ...one }), {});
    const pairs = this.slice(0, other(more, 'merge').length).map((one, at) => [one, more[at]]);
    return pairs.filter((pair) => pair.every(plain)).reduce((all, [one, two]) => ({ ...all, ...two, ...one }), {});
  },
  union(more) { return distinct([...this, ...other(more, 'union')]); },
  difference(more) { const marks = marksOf(other(more, 'difference')); return distinct(this.filter((v) => !marks.has(markOf(v)))); },
  intersection(more) { const marks = marksOf(other(more, 'intersection')); return distinct(this.filter((v) => marks.has(markOf(v)))); },
  append(...more) { return [...this, ...more]; },
  toJsonString() { return JSON.stringify(this); },
  toInt() {}, toFloat() {}, toBoolean() {}, toDateTime() {},
});

// ---- objects: on Object.prototype, so that they also say what they cannot be called on
const wanted = (text, name) => typeof text === 'string' && text ? text : refuse(`${name}() requires a text of at least one character as its argument`);
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
for (const name of ['toInt', 'toFloat', 'toBoolean', 'toDateTime']) EXTENSIONS.object[name] = () => undefined;

// ---- dates
const units = ['years', 'quarters', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds', 'milliseconds'];
const unitOf = (unit, name) => {
  const text = String(unit).toLowerCase().replace(/s?$/, 's');
  return units.includes(text) ? text : refuse(`Unsupported unit '${unit}'. ${name}() takes: ${units.join(', ')}`);
};
const moment = (v) => {
  const { DateTime } = dates();
  return v instanceof DateTime ? v : v instanceof Date ? DateTime.fromJSDate(v) : typeof v === 'number' ? DateTime.fromMillis(v)
    : [DateTime.fromISO(String(v))].map((d) => d.isValid ? d : DateTime.fromJSDate(new Date(String(v))))[0];
};
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
  isInLast(n = 0, unit = 'minutes') { const now = dates().DateTime.now(); const at = moment(this).toMillis(); return now.subtractSpan({ [unitOf(unit, 'isInLast')]: n }).toMillis() <= at && at <= now.toMillis(); },
  isWeekend() { return moment(this).weekday > 5; },
  plus: moved('plus'),
  minus: moved('minus'),
  format(pattern = 'yyyy-MM-dd') { return moment(this).toFormat(pattern); },
  toDateTime() { return moment(this); },
  diffTo(v, unit = 'days') { return spanned(moment(this), moment(v), unit, 'diffTo'); },
  diffToNow(unit = 'days') { return spanned(moment(this), dates().DateTime.now(), unit, 'diffToNow'); },
  toInt() { return this.valueOf(); }, toFloat() { return this.valueOf(); }, toNumber() { return this.valueOf(); },
  isEmpty() { return false; }, isNotEmpty() { return true; },
  toBoolean() {},
};
extend('date', Date.prototype, onDates);
extend('dateTime', Object.create(null), onDates); // onto DateTime itself when it is made

// ---- global functions
const isNothing = (v) => v === undefined || v === null || v === '' || (Array.isArray(v) && !v.length) || (plain(v) && Object.getPrototypeOf(v) === Object.prototype && !Object.keys(v).length);
const numberList = (from, to) => Array.from({ length: Math.abs(to - from) + 1 }, (_, at) => (to < from ? from - at : from + at));
const zip = (keys, values) => keys.length === values.length ? Object.fromEntries(keys.map((key, at) => [key, values[at]])) : refuse('keys and values not of equal length');
const mean = (...v) => v.average();
hidden(globalThis, {
  $ifEmpty: (...g) => g.length !== 2 ? refuse('expected two arguments (value, defaultValue) for this function') : isNothing(g[0]) ? g[1] : g[0], numberList, zip, $if: (c, a, b = false) => c ? a : b, $not: (v) => !v, not: (v) => !v,
  $min: Math.min, min: Math.min, $max: Math.max, max: Math.max, $average: mean, average: mean, ExpressionError,
});
