// Buffer, btoa, atob, TextEncoder and TextDecoder as Code nodes know them from Node.js; bytes of this isolate's own memory, nothing outside of it.
'use strict';
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const PLACES = new Int8Array(128).fill(-1);
[...`${ALPHABET}+/`].forEach((c, at) => { PLACES[c.charCodeAt(0)] = at; });
PLACES['-'.charCodeAt(0)] = 62;
PLACES['_'.charCodeAt(0)] = 63;
const unknown = (name) => { throw new TypeError(`Unknown encoding: ${name}`); };
const unfit = (name) => { throw new TypeError(`Buffer.${name} does not take this kind of value`); };
const text = (codes) => { // 16-bit codes → text, by pieces: a call takes only so many arguments
  const parts = [];
  for (let at = 0; at < codes.length; at += 8192) parts.push(String.fromCharCode.apply(null, codes.subarray(at, at + 8192)));
  return parts.join('');
};

// ---- UTF-8: half of a surrogate pair, and bytes that are no UTF-8, become U+FFFD
const pointAt = (s, at) => { const p = s.codePointAt(at); return p >= 0xd800 && p < 0xe000 ? 0xfffd : p; };
const utf8Length = (s) => {
  let size = 0;
  for (let at = 0; at < s.length; at += 1) {
    const p = pointAt(s, at);
    size += p < 0x80 ? 1 : p < 0x800 ? 2 : p < 0x10000 ? 3 : 4;
    if (p > 0xffff) at += 1;
  }
  return size;
};
const toUtf8 = (s) => {
  const bytes = new Buffer(utf8Length(s));
  let to = 0;
  for (let at = 0; at < s.length; at += 1) {
    const p = pointAt(s, at);
    if (p < 0x80) { bytes[to++] = p; continue; }
    if (p < 0x800) bytes[to++] = 0xc0 | p >> 6;
    else if (p < 0x10000) { bytes[to++] = 0xe0 | p >> 12; bytes[to++] = 0x80 | p >> 6 & 63; }
    else { bytes[to++] = 0xf0 | p >> 18; bytes[to++] = 0x80 | p >> 12 & 63; bytes[to++] = 0x80 | p >> 6 & 63; at += 1; }
    bytes[to++] = 0x80 | p & 63;
  }
  return bytes;
};
const fromUtf8 = (bytes) => {
  const codes = new Uint16Array(bytes.length);
  let to = 0;
  for (let at = 0; at < bytes.length;) {
    const head = bytes[at++];
    if (head < 0x80) { codes[to++] = head; continue; }
    const more = head >= 0xc2 && head < 0xe0 ? 1 : head >= 0xe0 && head < 0xf0 ? 2 : head >= 0xf0 && head < 0xf5 ? 3 : 0;
    let least = head === 0xe0 ? 0xa0 : head === 0xf0 ? 0x90 : 0x80, most = head === 0xed ? 0x9f : head === 0xf4 ? 0x8f : 0xbf;
    let p = head & 0x3f >> more, left = more;
    while (left && bytes[at] >= least && bytes[at] <= most) { p = p << 6 | bytes[at++] & 63; left -= 1; least = 0x80; most = 0xbf; }
    if (!more || left) codes[to++] = 0xfffd;
    else if (p < 0x10000) codes[to++] = p;
    else { codes[to++] = 0xd7c0 + (p >> 10); codes[to++] = 0xdc00 | p & 0x3ff; }
  }
  return text(codes.subarray(0, to));
};

// ---- Base64: reading skips what is no letter of it and ends at "="
const toBase64 = (bytes, last, pad) => {
  const letters = ALPHABET + last, codes = new Uint16Array(Math.ceil(bytes.length / 3) * 4);
  let to = 0;
  for (let at = 0; at < bytes.length; at += 3) {
    const n = bytes[at] << 16 | (bytes[at + 1] ?? 0) << 8 | (bytes[at + 2] ?? 0);
    for (const by of [18, 12, 6, 0]) codes[to++] = letters.charCodeAt(n >> by & 63);
  }
  const over = (3 - bytes.length % 3) % 3;
  if (pad) codes.fill(61, to - over);
  return text(pad ? codes : codes.subarray(0, to - over));
};
const fromBase64 = (s) => {
  const bytes = new Buffer(Math.ceil(s.length * 3 / 4));
  let to = 0, held = 0, bits = 0;
  for (let at = 0; at < s.length && s[at] !== '='; at += 1) {
    const place = PLACES[s.charCodeAt(at)] ?? -1;
    if (place < 0) continue;
    held = (held << 6 | place) & 0xffff;
    bits += 6;
    if (bits >= 8) { bits -= 8; bytes[to++] = held >> bits; }
  }
  return bytes.subarray(0, to);
};

// ---- what is one byte a character
const fromLatin1 = (s) => { const bytes = new Buffer(s.length); for (let at = 0; at < s.length; at += 1) bytes[at] = s.charCodeAt(at); return bytes; };
const fromHex = (s) => {
  const bytes = new Buffer(s.length >> 1);
  for (let at = 0; at < bytes.length; at += 1) {
    const pair = s.slice(at * 2, at * 2 + 2);
    if (!/^[\da-f]{2}$/i.test(pair)) return bytes.subarray(0, at);
    bytes[at] = parseInt(pair, 16);
  }
  return bytes;
};
const toHex = (bytes) => { const codes = new Uint16Array(bytes.length * 2); bytes.forEach((b, at) => { codes[at * 2] = '0123456789abcdef'.charCodeAt(b >> 4); codes[at * 2 + 1] = '0123456789abcdef'.charCodeAt(b & 15); }); return text(codes); };

// ---- UTF-16, the low byte first: a byte that is left over is no character
const fromUtf16 = (s) => {
  const bytes = new Buffer(s.length * 2);
  for (let at = 0; at < s.length; at += 1) { bytes[at * 2] = s.charCodeAt(at); bytes[at * 2 + 1] = s.charCodeAt(at) >> 8; }
  return bytes;
};
const toUtf16 = (bytes) => {
  const codes = new Uint16Array(bytes.length >> 1);
  for (let at = 0; at < codes.length; at += 1) codes[at] = bytes[at * 2] | bytes[at * 2 + 1] << 8;
  return text(codes);
};
const CODECS = {
  __proto__: null,
  utf8: [toUtf8, fromUtf8], base64: [fromBase64, (b) => toBase64(b, '+/', true)], base64url: [fromBase64, (b) => toBase64(b, '-_', false)],
  hex: [fromHex, toHex], latin1: [fromLatin1, text], ascii: [fromLatin1, (b) => text(b.map((one) => one & 127))],
  utf16le: [fromUtf16, toUtf16],
};
CODECS['utf-8'] = CODECS.utf8;
for (const name of ['utf-16le', 'ucs2', 'ucs-2']) CODECS[name] = CODECS.utf16le;
CODECS.binary = CODECS.latin1;
const codec = (name) => CODECS[name === undefined || name === null || name === '' ? 'utf8' : String(name).toLowerCase()] ?? unknown(name);
const viewed = (v) => new Buffer(v.buffer, v.byteOffset, v.byteLength);

class Buffer extends Uint8Array {
  static from(value, encoding, length) {
    if (typeof value === 'string') return codec(encoding)[0](value);
    if (value instanceof ArrayBuffer) return new Buffer(value, encoding, length);
    if (value instanceof String) return codec(encoding)[0](String(value));
    const given = value?.type === 'Buffer' && Array.isArray(value.data) ? value.data : value;
    if (typeof given !== 'object' || typeof given?.length !== 'number') return unfit('from');
    const bytes = new Buffer(given.length);
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = given[at];
    return bytes;
  }
  static of(...bytes) { return Buffer.from(bytes); }
  static alloc(size, fill, encoding) {
    if (typeof size !== 'number') unfit('alloc');
    const bytes = new Buffer(size);
    return fill === undefined || fill === 0 ? bytes : bytes.fill(fill, encoding);
  }
  static allocUnsafe(size) { return Buffer.alloc(size); }
  static isBuffer(value) { return value instanceof Buffer; }
  static isEncoding(name) { return typeof name === 'string' && name.toLowerCase() in CODECS; }
  static byteLength(value, encoding) {
    if (typeof value !== 'string') return ArrayBuffer.isView(value) || value instanceof ArrayBuffer ? value.byteLength : unfit('byteLength');
    return codec(encoding) === CODECS.utf8 ? utf8Length(value) : codec(encoding)[0](value).length;
  }
  static concat(list, length = list.reduce((sum, one) => sum + one.length, 0)) {
    const bytes = Buffer.alloc(length);
    let at = 0;
    for (const one of list) {
      const part = one.subarray(0, Math.max(length - at, 0));
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
  static compare(a, b) {
    for (let at = 0; at < a.length && at < b.length; at += 1) if (a[at] !== b[at]) return a[at] < b[at] ? -1 : 1;
    return Math.sign(a.length - b.length);
  }
  toString(encoding, start, end) { return codec(encoding)[1](start === undefined && end === undefined ? this : this.subarray(Math.max(start ?? 0, 0), Math.max(end ?? this.length, 0))); }
  toLocaleString(encoding, start, end) { return this.toString(encoding, start, end); }
  toJSON() { return { type: 'Buffer', data: Array.from(this) }; }
  equals(other) { return ArrayBuffer.isView(other) ? Buffer.compare(this, viewed(other)) === 0 : unfit('equals'); }
  compare(other) { return Buffer.compare(this, other); }
  slice(start, end) { return this.subarray(start, end); }
  fill(value, ...rest) {
    if (typeof value === 'number') return super.fill(value, ...rest.filter((one) => typeof one === 'number'));
    const encoding = typeof rest.at(-1) === 'string' ? rest.pop() : 'utf8', bytes = typeof value === 'string' ? codec(encoding)[0](value) : value;
    const [start = 0, end = this.length] = rest.filter((one) => typeof one === 'number');
    for (let at = start; at < end; at += 1) this[at] = bytes.length ? bytes[(at - start) % bytes.length] : 0;
    return this;
  }
  write(string, ...rest) {
    if (typeof string !== 'string') unfit('write');
    const encoding = typeof rest.at(-1) === 'string' ? rest.pop() : 'utf8', start = rest[0] ?? 0;
    if (!(start >= 0 && start <= this.length)) outside('offset');
    const room = Math.min(rest[1] ?? Infinity, this.length - start), bytes = codec(encoding)[0](string);
    return bytes.subarray(0, whole(bytes, room, encoding)).copy(this, start);
  }
  copy(target, to = 0, start = 0, end = this.length) {
    const part = this.subarray(start, Math.min(end, start + Math.max(target.length - to, 0)));
    target.set(part, to);
    return part.length;
  }
  indexOf(value, from, encoding) { return sought(this, value, from, encoding, 1); }
  lastIndexOf(value, from, encoding) { return sought(this, value, from, encoding, -1); }
  includes(value, from, encoding) { return this.indexOf(value, from, encoding) >= 0; }
  readUIntBE(offset, size) { return placed(this, offset, size).reduce((sum, byte) => sum * 256 + byte, 0); }
  readUIntLE(offset, size) { return placed(this, offset, size).reduceRight((sum, byte) => sum * 256 + byte, 0); }
  readIntBE(offset, size) { return signed(this.readUIntBE(offset, size), size); }
  readIntLE(offset, size) { return signed(this.readUIntLE(offset, size), size); }
  writeUIntBE(value, offset, size) { return put(this, value, offset, size, 0, true); }
  writeUIntLE(value, offset, size) { return put(this, value, offset, size, 0, false); }
  writeIntBE(value, offset, size) { return put(this, value, offset, size, 2 ** (size * 8 - 1), true); }
  writeIntLE(value, offset, size) { return put(this, value, offset, size, 2 ** (size * 8 - 1), false); }
}

// ---- numbers in bytes: out of what is there, or too large for its bytes, is a RangeError
const outside = (what) => { throw new RangeError(`The value of "${what}" is out of range.`); };
const offsetOf = (bytes, offset, size) => {
  if (typeof offset !== 'number') throw new TypeError('The "offset" argument must be of type number.');
  return Number.isInteger(offset) && offset >= 0 && offset + size <= bytes.length ? offset : outside('offset');
};
const placed = (bytes, offset, size) => {
  if (typeof size !== 'number') throw new TypeError('The "byteLength" argument must be of type number.');
  if (!Number.isInteger(size) || size < 1 || size > 6) outside('byteLength');
  return bytes.subarray(offsetOf(bytes, offset, size), offset + size);
};
const signed = (value, size) => value < 2 ** (size * 8 - 1) ? value : value - 2 ** (size * 8);
const put = (bytes, value, offset, size, below, big) => {
  const part = placed(bytes, offset, size);
  if (value < -below || value >= 2 ** (size * 8) - below) outside('value');
  let left = value < 0 ? Number(value) + 2 ** (size * 8) : Number(value);
  for (let at = 0; at < size; at += 1) { part[big ? size - 1 - at : at] = left % 256; left = Math.floor(left / 256); }
  return offset + size;
};
const whole = (bytes, room, encoding) => { // no half of a character at the end
  if (codec(encoding) === CODECS.utf16le) return Math.min(bytes.length, room) & ~1;
  if (codec(encoding) !== CODECS.utf8 || bytes.length <= room) return room;
  let end = room;
  while (end > 0 && (bytes[end] & 0xc0) === 0x80) end -= 1;
  return end;
};
const sought = (bytes, value, from, encoding, way) => {
  if (typeof from === 'string') { encoding = from; from = undefined; }
  const part = typeof value === 'string' ? codec(encoding)[0](value) : typeof value === 'number' ? Buffer.from([value]) : value;
  if (!ArrayBuffer.isView(part)) unfit(way > 0 ? 'indexOf' : 'lastIndexOf');
  const last = bytes.length - part.length, given = Math.trunc(Number(from));
  let at = Number.isNaN(given) ? (way > 0 ? 0 : last) : given < 0 ? bytes.length + given : given;
  if (way > 0) at = Math.max(at, 0);
  else at = Math.min(at, last);
  for (; at >= 0 && at <= last; at += way) if (part.every((byte, by) => bytes[at + by] === byte)) return at;
  return -1;
};
const RANGES = { Int8: [-0x80, 0x7f], Uint8: [0, 0xff], Int16: [-0x8000, 0x7fff], Uint16: [0, 0xffff], Int32: [-0x80000000, 0x7fffffff], Uint32: [0, 0xffffffff], BigInt64: [-(2n ** 63n), 2n ** 63n - 1n], BigUint64: [0n, 2n ** 64n - 1n], Float32: [], Float64: [] };
const NAMES = { Uint8: ['UInt8', 'Uint8'], Uint16: ['UInt16', 'Uint16'], Uint32: ['UInt32', 'Uint32'], BigUint64: ['BigUInt64', 'BigUint64'], Float32: ['Float'], Float64: ['Double'] };
const define = (name, value) => Object.defineProperty(Buffer.prototype, name, { value, writable: true, configurable: true });
for (const [kind, [least, most]] of Object.entries(RANGES)) {
  const size = Number(/\d+/.exec(kind)[0]) / 8;
  const view = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const name of NAMES[kind] ?? [kind]) for (const end of size === 1 ? [''] : ['LE', 'BE']) {
    define(`read${name}${end}`, function read(offset = 0) { return view(this)[`get${kind}`](offsetOf(this, offset, size), end === 'LE'); });
    define(`write${name}${end}`, function write(value, offset = 0) {
      const at = offsetOf(this, offset, size);
      if (value < least || value > most) outside('value');
      view(this)[`set${kind}`](at, typeof least === 'bigint' ? value : Number(value), end === 'LE');
      return at + size;
    });
  }
}
for (const bits of [16, 32, 64]) define(`swap${bits}`, function swap() {
  if (this.length % (bits / 8)) throw new RangeError(`Buffer size must be a multiple of ${bits}-bits`);
  for (let at = 0; at < this.length; at += bits / 8) this.subarray(at, at + bits / 8).reverse();
  return this;
});
for (const end of ['LE', 'BE']) for (const way of ['read', 'write']) define(`${way}Uint${end}`, Buffer.prototype[`${way}UInt${end}`]);
const btoa = (value) => {
  const given = String(value);
  if (/[^\0-\xff]/.test(given)) throw new RangeError('Invalid character');
  return fromLatin1(given).toString('base64');
};
const atob = (value) => {
  const given = String(value).replace(/[\t\n\f\r ]/g, ''), letters = given.length % 4 ? given : given.replace(/={1,2}$/, '');
  if (letters.length % 4 === 1 || /[^A-Za-z\d+/]/.test(letters)) throw new RangeError('The string to be decoded is not correctly encoded.');
  return fromBase64(letters).toString('latin1');
};

// ---- text and bytes by the web's names
class TextEncoder {
  get encoding() { return 'utf-8'; }
  encode(value = '') { const bytes = toUtf8(String(value)); return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length); }
}
const LABELS = { 'utf-8': fromUtf8, utf8: fromUtf8, 'utf-16le': CODECS.utf16le[1], 'utf-16': CODECS.utf16le[1] };
class TextDecoder {
  constructor(label = 'utf-8', { fatal = false, ignoreBOM = false } = {}) {
    const name = String(label).trim().toLowerCase();
    if (!Object.hasOwn(LABELS, name)) throw new RangeError(`The "${label}" encoding is not supported`);
    Object.assign(this, { encoding: name.startsWith('utf-16') ? 'utf-16le' : 'utf-8', fatal, ignoreBOM });
  }
  decode(given = new Uint8Array()) {
    const bytes = given instanceof ArrayBuffer ? new Buffer(given) : viewed(given), made = LABELS[this.encoding](bytes);
    if (this.fatal && this.encoding === 'utf-8' && toUtf8(made).compare(bytes)) throw new TypeError('The encoded data was not valid for encoding utf-8');
    return this.ignoreBOM || made[0] !== '\ufeff' ? made : made.slice(1);
  }
}
