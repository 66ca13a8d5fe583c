// n8n's methods on strings; the same as nodes/expressions/functions/text.py, casing.py and addresses.py.
const ATOM = '[^<>()\\[\\]\\\\.,;:\\s@"]+';
const EMAIL = new RegExp(`(?:${ATOM}(?:\\.${ATOM})*|"[^"\\n]+")@(?:\\[\\d{1,3}(?:\\.\\d{1,3}){3}\\]|(?:[A-Za-z\\d-]+\\.)+[A-Za-z]{2,})`);
const HOST = '(?:localhost|\\d{1,3}(?:\\.\\d{1,3}){3}|(?:[\\w-]+\\.)+(?:[a-z]{2,}|xn--[a-z\\d-]+))';
const URL_IN = new RegExp(`(?:https?|ftp)://${HOST}\\S*`, 'i');
const DOMAIN = new RegExp(`^((?:(?:https?|ftp):)?//)?(${HOST})(?::\\d+)?(?:[/?#]\\S*)?$`, 'i');
const SMALL = /\b(?:a|an|and|as|at|because|but|by|en|for|if|in|neither|nor|of|on|or|only|over|per|so|some|than|that|the|to|up|upon|v|vs|v\.|vs\.|versus|via|when|with|without|yet)\b/i;
const SPECIAL = { ...Object.fromEntries(('ß=ss æ=ae Æ=AE ø=o Ø=O œ=oe Œ=OE ł=l Ł=L đ=d Đ=D ð=d Ð=D Þ=Th þ=th ı=i ħ=h Ħ=H ŋ=n Ŋ=N ŧ=t Ŧ=T ĸ=k ſ=s '
  + '«=<< »=>> ‹=< ›=> „=,, “=" ”=" ‚=, ‘=\' ’=\' •=* ·=* ©=(c) ®=(r) °=deg ±=+- ×=x ÷=/ ¿=? ¡=! §=SS ¶=P ª=a º=o '
  + '²=2 ³=3 ¹=1 ¼=1/4 ½=1/2 ¾=3/4 £=PS ¥=Y= ¢=C/ €=EU –=- —=-- …=... ™=(tm) ﬁ=fi ﬂ=fl ĳ=ij Ĳ=IJ').split(' ').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)])), '\u00a0': ' ', '\u200b': '' };
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
const fromUtf8 = (bytes) => { // what is no UTF-8 becomes U+FFFD
  let out = '';
  for (let at = 0; at < bytes.length;) {
    const size = bytes[at] < 0x80 ? 1 : bytes[at] >> 5 === 6 ? 2 : bytes[at] >> 4 === 14 ? 3 : bytes[at] >> 3 === 30 ? 4 : 0;
    const part = bytes.slice(at, at + size).map((b) => '%' + b.toString(16).padStart(2, '0')).join('');
    try { out += size ? decodeURIComponent(part) : '\ufffd'; at += size || 1; } catch { out += '\ufffd'; at += 1; }
  }
  return out;
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
  const { DateTime } = dates();
  if (['ms', 's', 'us', 'excel'].includes(format)) return Number(text).toDateTime(format);
  if (typeof format === 'string' && format) return DateTime.fromFormat(text, format);
  let value = DateTime.fromISO(text, { setZone: true });
  for (const read of ['fromHTTP', 'fromRFC2822', 'fromSQL']) if (!value.isValid) value = DateTime[read](text, { setZone: true });
  if (!value.isValid) value = DateTime.fromJSDate(new Date(text));
  return value.isValid ? value : refuse('cannot convert to Luxon DateTime');
};
const MARKS = [
  [/^(?:[ \t]*)(?:[-*+]|\d+\.)\s+/gm, ''], [/<[A-Za-z/!][^>@\n]{0,1000}>/g, ''], [/^[=-]{2,}\s*$/gm, ''], [/\[\^[^\]\[]{1,100}\](?:: .*)?/g, ''], [/^[ \t]{0,2}\[[^\]]*\]:[ \t]*\S+$/gm, ''],
  [/!\[[^\]\[]{0,1000}\]\([^)]{0,2000}\)/g, ''], [/\[([^\]\[]{0,1000})\](?:\([^)]{0,2000}\)|\[[^\]]{0,1000}\])/g, '$1'], [/>/g, ''], [/^#{1,6}\s*/gm, ''], [/~~/g, ''],
  [/(\*{1,3}|_{1,3})(\S(?:.{0,300}?\S)?)\1/g, '$2'], [/`{3}\w*\n?/g, ''], [/`([^`]{0,2000})`/g, '$1'], [/\n{3,}/g, '\n\n'],
];
const pathOf = (text) => {
  const [, scheme, left] = /^([a-z][a-z\d+.-]*):([^?#]*)/i.exec(text) ?? [];
  if (scheme === undefined) return undefined;
  if (!/^(?:https?|ftp|wss?|file)$/i.test(scheme)) return encodePath(left.startsWith('//') ? left.slice(2).replace(/^[^/]*\/?/, '') : left);
  const rest = left.replaceAll('\\', '/').replace(/^\/+/, '');
  if (/^file$/i.test(scheme)) return encodePath(resolved(`/${rest}`));
  const at = rest.indexOf('/'), host = at < 0 ? rest : rest.slice(0, at);
  return host && !/[\s<>^|%]/.test(host.slice(host.lastIndexOf('@') + 1)) ? encodePath(resolved(at < 0 ? '/' : rest.slice(at))) : undefined;
};
const encodePath = (path) => encodeURI(path).replace(/%25/g, '%').replace(/%5B/g, '[').replace(/%5D/g, ']').replace(/%7C/g, '|').replace(/%5E/g, '^').replace(/%5C/g, '\\');
const resolved = (path) => {
  const kept = [], parts = path.split('/').slice(1);
  parts.forEach((part, at) => {
    if (part === '..') kept.pop();
    else if (part !== '.') { kept.push(part); return; }
    if (at === parts.length - 1) kept.push('');
  });
  return `/${kept.join('/')}`;
};
extend('string', String.prototype, {
  isEmpty() { return this.length === 0; },
  isNotEmpty() { return this.length > 0; },
  removeTags() { return this.replace(/<[^>]*>?/g, ''); },
  removeMarkdown() { return MARKS.reduce((text, [pattern, other]) => text.replace(pattern, other), String(this)); },
  toSentenceCase() {
    return [...this.toLowerCase().matchAll(/(\P{L}*)(\p{L})([^.!?]*[.!?]?)/gu)].map(([, a, b, c]) => a + b.toUpperCase() + c).join('') || String(this);
  },
  toTitleCase() {
    return [...this.matchAll(/[^\s:–—-]+|./g)].map((found) => {
      const word = found[0], end = found.index + word.length, inner = found.index > 0 && end < this.length;
      const colon = this[end] === ':' && !/\s/.test(this[end + 1] ?? '');
      return colon || /.(?=[A-Z]|\..)/.test(word) || (inner && SMALL.test(word)) ? word : word.replace(/[A-Za-z0-9\u00c0-\u00ff]/, (c) => c.toUpperCase());
    }).join('');
  },
  toSnakeCase() { return this.toLowerCase().replace(/[ -]/g, '_').replace(/[!"#$%&'()*+,./:;<=>?@[\\\]^`{|}~\u2000-\u206f\u2e00-\u2e7f]/g, ''); },
  urlEncode(whole = false) { return whole ? encodeURI(this) : encodeURIComponent(this); },
  urlDecode(whole = false) { return whole ? decodeURI(this) : decodeURIComponent(this); },
  hash(name = 'md5') {
    const key = String(name).toLowerCase(), bytes = utf8(String(this));
    if (key === 'base64') return toBase64(bytes);
    const HASHES = hashes();
    return Object.hasOwn(HASHES, key) ? HASHES[key](bytes) : refuse(`Unknown algorithm ${key}. Available algorithms are: ${Object.keys(HASHES).join(', ')}, base64`);
  },
  quote(mark = '"') {
    if (mark === '') throw new SyntaxError('nothing to repeat');
    return mark + this.replaceAll('\\', '\\\\').replaceAll(mark, () => '\\' + mark) + mark;
  },
  replaceSpecialChars() { return [...this].map((c) => SPECIAL[c] ?? c).join('').normalize('NFD').replace(/\p{M}/gu, ''); },
  isNumeric() { return this.length > 0 && !this.includes(' ') && !Number.isNaN(Number(this)); },
  isEmail() { return !this.includes(' ') && EMAIL.test(this); },
  isUrl() { return new RegExp(`^${URL_IN.source}$`, 'i').test(this); },
  isDomain() { const m = this.match(DOMAIN); return Boolean(m) && m[1] === undefined; },
  extractEmail() { return this.match(EMAIL)?.[0]; },
  extractUrl() { return this.match(URL_IN)?.[0]; },
  extractDomain() { const mail = this.isEmail() ? this.extractEmail() : ''; return mail ? mail.slice(mail.lastIndexOf('@') + 1) : this.match(DOMAIN)?.[2]; },
  extractUrlPath() { return pathOf(this.trim()); },
  toJsonString() { return JSON.stringify(String(this)); },
  parseJson() {
    try { return JSON.parse(this); } catch { return refuse('Parsing failed' + (this.includes("'") ? ". Check you're using double quotes" : '')); }
  },
  base64Encode() { return toBase64(utf8(String(this))); },
  base64Decode() { return fromUtf8(fromBase64(String(this))); },
  toBoolean() { return !['false', 'no', '0', ''].includes(this.toLowerCase()); },
  toInt(radix) { const n = parseInt(this, radix); return Number.isNaN(n) ? refuse('cannot convert to integer') : n; },
  toWholeNumber(radix) { return this.toInt(radix); },
  toFloat() {
    const n = this.includes(',') ? refuse('cannot convert to float, expected . as decimal separator') : parseFloat(this);
    return Number.isNaN(n) ? refuse('cannot convert to float') : n;
  },
  toDecimalNumber() { return this.toFloat(); },
  toNumber() { const n = Number(this); return Number.isNaN(n) ? refuse('cannot convert to number') : n; },
  toDate() { const d = new Date(this); return Number.isNaN(d.getTime()) ? refuse('cannot convert to date') : d; },
  toDateTime(format) { return toDateTime(String(this), format); },
});

EXTENSIONS.string.length = function () { return this.length; };
