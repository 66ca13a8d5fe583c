// JMESPath (jmespath.org): a path is read into a tree once, then searched; $jmespath of expressions and Code nodes.
'use strict';
const BINDS = { '|': 1, '||': 2, '&&': 3, '==': 5, '!=': 5, '<': 5, '<=': 5, '>': 5, '>=': 5, '[]': 9, '*': 20, '[?': 21, '.': 40, '[': 50, '(': 60 };
const badPath = (text) => { throw new Error(`JMESPath: ${text}`); };
const pathTokens = (text) => {
  const tokens = [], pattern = /\s+|(?<name>[A-Za-z_]\w*)|(?<number>-?\d+)|"(?<quoted>(?:[^"\\]|\\.)*)"|'(?<raw>(?:[^'\\]|\\.)*)'|`(?<json>(?:[^`\\]|\\.)*)`|(?<mark>\[\]|\[\?|\|\||&&|[=!<>]=|[|&!<>@.*:,()[\]{}])/y;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex, found = pattern.exec(text);
    if (!found) badPath(`unexpected ${JSON.stringify(text[at])} at ${at}`);
    const { name, number, quoted, raw, json, mark } = found.groups;
    if (name !== undefined) tokens.push({ kind: 'name', value: name });
    else if (number !== undefined) tokens.push({ kind: 'number', value: Number(number) });
    else if (quoted !== undefined) tokens.push({ kind: 'quoted', value: JSON.parse(`"${quoted}"`) });
    else if (raw !== undefined) tokens.push({ kind: 'literal', value: raw.replaceAll("\\'", "'") });
    else if (json !== undefined) tokens.push({ kind: 'literal', value: literalOf(json.replaceAll('\\`', '`').trim()) });
    else if (mark !== undefined) tokens.push({ kind: mark });
  }
  return [...tokens, { kind: 'end' }];
};
const literalOf = (text) => { try { return JSON.parse(text); } catch { return text; } };

class PathReader {
  constructor(text) { this.tokens = pathTokens(text); this.at = 0; }
  get next() { return this.tokens[this.at]; }
  take(kind) { if (this.next.kind !== kind) return false; this.at += 1; return true; }
  expect(kind) { return this.take(kind) || badPath(`expected ${kind}, found ${this.next.kind}`); }
  whole() { const tree = this.read(0); return this.next.kind === 'end' ? tree : badPath(`unexpected ${this.next.kind}`); }
  read(least) {
    let left = this.first();
    while (least < (BINDS[this.next.kind] ?? 0)) left = this.more(left);
    return left;
  }
  first() {
    const token = this.tokens[this.at++];
    switch (token.kind) {
      case 'literal': return { do: 'literal', value: token.value };
      case 'name': return this.next.kind === '(' ? this.call(token.value) : { do: 'field', name: token.value };
      case 'quoted': return this.next.kind === '(' ? badPath('a quoted name is no function') : { do: 'field', name: token.value };
      case '!': return { do: 'not', of: this.read(45) };
      case '*': return { do: 'values', of: { do: 'current' }, each: this.rest(20) };
      case '@': return { do: 'current' };
      case '&': return { do: 'reference', of: this.read(0) };
      case '(': { const inner = this.read(0); this.expect(')'); return inner; }
      case '{': return this.hash();
      case '[]': return { do: 'flatten', of: { do: 'current' }, each: this.rest(9) };
      case '[?': return this.filter({ do: 'current' });
      case '[': return this.bracket({ do: 'current' });
      default: return badPath(token.kind === 'end' ? 'unexpected end' : `unexpected ${token.kind}`);
    }
  }
  more(left) {
    const { kind } = this.tokens[this.at++];
    switch (kind) {
      case '.': return this.take('*') ? { do: 'values', of: left, each: this.rest(20) } : { do: 'pipe', first: left, then: this.member() };
      case '|': return { do: 'pipe', first: left, then: this.read(1) };
      case '||': case '&&': return { do: kind, left, right: this.read(BINDS[kind]) };
      case '[]': return { do: 'flatten', of: left, each: this.rest(9) };
      case '[?': return this.filter(left);
      case '[': return this.bracket(left);
      case '(': return badPath('only a name can be called');
      default: return { do: 'compare', sign: kind, left, right: this.read(5) };
    }
  }
  member() { // what may follow a dot
    if (this.next.kind === 'name' || this.next.kind === 'quoted' || this.next.kind === '*') return this.read(40);
    if (this.take('[')) return this.list();
    if (this.take('{')) return this.hash();
    return badPath(`unexpected ${this.next.kind} after a dot`);
  }
  rest(binds) { // what a projection does with each of its elements
    if ((BINDS[this.next.kind] ?? 0) < 10) return { do: 'current' };
    if (this.next.kind === '[' || this.next.kind === '[?') return this.read(binds);
    if (!this.take('.')) return badPath(`unexpected ${this.next.kind}`);
    if (this.next.kind === '*' || this.next.kind === 'name' || this.next.kind === 'quoted') return this.read(binds);
    return this.tail(this.member(), binds);
  }
  tail(left, binds) { while (binds < (BINDS[this.next.kind] ?? 0)) left = this.more(left); return left; }
  filter(of) { const test = this.read(0); this.expect(']'); return { do: 'filter', of, test, each: this.next.kind === '[]' ? { do: 'current' } : this.rest(21) }; }
  bracket(of) {
    if (this.next.kind === 'number' || this.next.kind === ':') return this.slice(of);
    if (this.next.kind === '*' && this.tokens[this.at + 1].kind === ']') { this.at += 2; return { do: 'each', of, each: this.rest(20) }; }
    return { do: 'pipe', first: of, then: this.list() };
  }
  slice(of) {
    const parts = [null, null, null];
    let at = 0;
    while (this.next.kind !== ']') {
      if (this.take(':')) { if ((at += 1) > 2) badPath('a slice has three parts'); } else if (this.next.kind === 'number') parts[at] = this.tokens[this.at++].value;
      else badPath(`unexpected ${this.next.kind} in a slice`);
    }
    this.expect(']');
    return at === 0 ? { do: 'index', of, at: parts[0] } : { do: 'slice', of, parts, each: this.rest(20) };
  }
  list() { const of = [this.read(0)]; while (this.take(',')) of.push(this.read(0)); this.expect(']'); return { do: 'list', of }; }
  hash() {
    const of = [];
    do {
      const key = this.tokens[this.at++];
      if (key.kind !== 'name' && key.kind !== 'quoted') badPath('a key must be a name');
      this.expect(':');
      of.push([key.value, this.read(0)]);
    } while (this.take(','));
    this.expect('}');
    return { do: 'hash', of };
  }
  call(name) {
    const given = [];
    this.expect('(');
    if (!this.take(')')) { do given.push(this.read(0)); while (this.take(',')); this.expect(')'); }
    return { do: 'call', name, given };
  }
}
const falsy = (v) => v === null || v === undefined || v === false || v === '' || (Array.isArray(v) && !v.length) || (plain(v) && !Object.keys(v).length);
const equal = (a, b) => a === b || (a !== null && b !== null && typeof a === 'object' && typeof b === 'object' && JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)));
const ORDERS = { '<': (a, b) => a < b, '<=': (a, b) => a <= b, '>': (a, b) => a > b, '>=': (a, b) => a >= b };
const orNull = (v) => (v === undefined ? null : v);
const projected = (values, each) => (Array.isArray(values) ? values.map((v) => walk(each, v)).filter((v) => v !== null) : null);
const sliced = (v, [from, to, by]) => {
  const step = by ?? 1, size = v.length, out = [];
  if (step === 0) badPath('a slice with step 0');
  const cut = (at, none) => (at === null ? none : at < 0 ? Math.max(at + size, step < 0 ? -1 : 0) : Math.min(at, step < 0 ? size - 1 : size));
  const end = cut(to, step < 0 ? -1 : size);
  for (let at = cut(from, step < 0 ? size - 1 : 0); step < 0 ? at > end : at < end; at += step) out.push(v[at]);
  return out;
};
const WALKS = {
  literal: (t) => t.value, current: (t, v) => v, not: (t, v) => falsy(walk(t.of, v)), reference: (t) => ({ $reference: t.of }),
  field: (t, v) => (plain(v) && Object.hasOwn(v, t.name) ? orNull(v[t.name]) : null),
  pipe: (t, v) => walk(t.then, walk(t.first, v)),
  '||': (t, v) => { const left = walk(t.left, v); return falsy(left) ? walk(t.right, v) : left; },
  '&&': (t, v) => { const left = walk(t.left, v); return falsy(left) ? left : walk(t.right, v); },
  compare: (t, v) => {
    const a = walk(t.left, v), b = walk(t.right, v);
    if (t.sign === '==' || t.sign === '!=') return equal(a, b) === (t.sign === '==');
    return typeof a === 'number' && typeof b === 'number' ? ORDERS[t.sign](a, b) : null;
  },
  index: (t, v) => { const list = walk(t.of, v); return Array.isArray(list) ? orNull(list.at(t.at)) : null; },
  slice: (t, v) => { const list = walk(t.of, v); return Array.isArray(list) ? projected(sliced(list, t.parts), t.each) : null; },
  each: (t, v) => projected(walk(t.of, v), t.each),
  values: (t, v) => { const of = walk(t.of, v); return plain(of) ? projected(Object.values(of).map(orNull), t.each) : null; },
  flatten: (t, v) => { const of = walk(t.of, v); return Array.isArray(of) ? projected(of.flat(), t.each) : null; },
  filter: (t, v) => { const of = walk(t.of, v); return Array.isArray(of) ? projected(of.filter((one) => !falsy(walk(t.test, one))), t.each) : null; },
  list: (t, v) => (v === null ? null : t.of.map((one) => walk(one, v))),
  hash: (t, v) => (v === null ? null : Object.fromEntries(t.of.map(([key, one]) => [key, walk(one, v)]))),
  call: (t, v) => {
    const [takes, call] = Object.hasOwn(PATH_CALLS, t.name) ? PATH_CALLS[t.name] : badPath(`unknown function ${t.name}()`);
    const given = t.given.map((one) => walk(one, v)), least = takes.filter((kinds) => kinds !== '…').length;
    if (given.length < least || (given.length > least && !takes.includes('…'))) badPath(`${t.name}() takes ${least} arguments, not ${given.length}`);
    given.forEach((one, at) => kindsOf(takes[at] === '…' || at >= least ? takes[least - 1] : takes[at], one) || badPath(`${t.name}() expected ${takes[Math.min(at, least - 1)]} as argument ${at + 1}`));
    return orNull(call(...given));
  },
};
const walk = (tree, value) => orNull(WALKS[tree.do](tree, value));
const typed = (v) => v === null ? 'null' : Array.isArray(v) ? 'array' : v.$reference ? 'expref' : typeof v;
const kindsOf = (kinds, v) => kinds === 'any' || kinds.split('|').some((kind) => kind === typed(v) || (kind === 'numbers' && Array.isArray(v) && v.every((x) => typeof x === 'number')) || (kind === 'strings' && Array.isArray(v) && v.every((x) => typeof x === 'string')));
const by = (list, { $reference: key }) => {
  const keys = list.map((v) => walk(key, v)), kind = typed(keys[0] ?? null);
  if (keys.length && ((kind !== 'number' && kind !== 'string') || keys.some((k) => typed(k) !== kind))) badPath('the keys must be all numbers or all strings');
  return list.map((v, at) => [keys[at], v]);
};
const best = (pairs, sign) => pairs.reduce((a, b) => (a === null || (sign > 0 ? b[0] > a[0] : b[0] < a[0]) ? b : a), null)?.[1];
const ascending = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const PATH_CALLS = Object.assign(Object.create(null), {
  abs: [['number'], Math.abs], ceil: [['number'], Math.ceil], floor: [['number'], Math.floor],
  avg: [['numbers'], (v) => (v.length ? v.reduce((a, b) => a + b, 0) / v.length : null)], sum: [['numbers'], (v) => v.reduce((a, b) => a + b, 0)],
  contains: [['array|string', 'any'], (v, x) => (typeof v === 'string' ? typeof x === 'string' && v.includes(x) : v.some((one) => equal(one, x)))],
  starts_with: [['string', 'string'], (v, x) => v.startsWith(x)], ends_with: [['string', 'string'], (v, x) => v.endsWith(x)],
  join: [['string', 'strings'], (mark, v) => v.join(mark)], keys: [['object'], (v) => Object.keys(v)], values: [['object'], (v) => Object.values(v)],
  length: [['string|array|object'], (v) => (typeof v === 'object' && !Array.isArray(v) ? Object.keys(v).length : v.length)],
  map: [['expref', 'array'], ({ $reference: each }, v) => v.map((one) => walk(each, one))], merge: [['object', '…'], (...v) => Object.assign({}, ...v)],
  max: [['numbers|strings'], (v) => best(v.map((x) => [x, x]), 1)], min: [['numbers|strings'], (v) => best(v.map((x) => [x, x]), -1)],
  max_by: [['array', 'expref'], (v, key) => best(by(v, key), 1)], min_by: [['array', 'expref'], (v, key) => best(by(v, key), -1)],
  not_null: [['any', '…'], (...v) => v.find((one) => one !== null)], reverse: [['array|string'], (v) => (typeof v === 'string' ? [...v].reverse().join('') : [...v].reverse())],
  sort: [['numbers|strings'], (v) => [...v].sort(ascending)], sort_by: [['array', 'expref'], (v, key) => by(v, key).sort((a, b) => ascending(a[0], b[0])).map(([, one]) => one)],
  to_array: [['any'], (v) => (Array.isArray(v) ? v : [v])], to_string: [['any'], (v) => (typeof v === 'string' ? v : JSON.stringify(v))],
  to_number: [['any'], (v) => (typeof v === 'number' ? v : typeof v === 'string' && v.trim() !== '' && !Number.isNaN(Number(v)) ? Number(v) : null)],
  type: [['any'], typed],
});
const jmespath = (data, path) => {
  if (data === null || typeof data !== 'object' || typeof path !== 'string') throw new ExpressionError('expected two arguments (Object, string) for this function');
  return walk(new PathReader(path).whole(), data);
};
