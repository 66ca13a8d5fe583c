// Hashes of text for hash(): MD5 and SHA-1 (RFC 1321, 3174), SHA-2 (RFC 6234), SHA-3 (FIPS 202), on whole texts.
'use strict';
const roots = (count, power, bits) => { // the first bits of the fractions of the primes' roots, as BigInt
  const found = [];
  for (let n = 2n; found.length < count; n += 1n) {
    let prime = true;
    for (let d = 2n; d * d <= n; d += 1n) if (n % d === 0n) { prime = false; break; }
    if (!prime) continue;
    const target = n << BigInt(bits * power);
    let low = 0n, high = 1n << BigInt(bits + 10);
    while (high - low > 1n) { const mid = (low + high) >> 1n; if (mid ** BigInt(power) <= target) low = mid; else high = mid; }
    found.push(low & ((1n << BigInt(bits)) - 1n));
  }
  return found;
};
const padded = (bytes, block, big) => { // the bit 1, zeros, the length in bits
  const size = block === 128 ? 16 : 8, length = bytes.length * 8;
  const out = [...bytes, 0x80];
  while (out.length % block !== block - size) out.push(0);
  const tail = Array.from({ length: size }, (_, at) => Math.floor(length / 256 ** at) & 255).map((b, at) => (at > 6 ? 0 : b));
  return out.concat(big ? tail.reverse() : tail);
};
const hex = (words, size) => words.map((w) => w.toString(16).padStart(size, '0')).join('');
const turned = (x, n) => (x << n) | (x >>> (32 - n));
const word = (bytes, at) => (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
const md5 = (given) => {
  const bytes = padded(given, 64, false), sines = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32));
  const turns = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
  let sum = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let start = 0; start < bytes.length; start += 64) {
    let [a, b, c, d] = sum;
    for (let i = 0; i < 64; i += 1) {
      const round = i >> 4, f = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round];
      const at = start + 4 * ([i, 5 * i + 1, 3 * i + 5, 7 * i][round] % 16);
      const m = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
      [a, d, c, b] = [d, c, b, (b + turned((a + f + sines[i] + m) | 0, turns[round][i % 4])) | 0];
    }
    sum = [a, b, c, d].map((v, i) => (v + sum[i]) | 0);
  }
  return sum.map((v) => hex([v & 255, (v >>> 8) & 255, (v >>> 16) & 255, v >>> 24], 2)).join('');
};
const sha1 = (given) => {
  const bytes = padded(given, 64, true);
  let sum = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  for (let start = 0; start < bytes.length; start += 64) {
    const w = Array.from({ length: 16 }, (_, i) => word(bytes, start + i * 4));
    for (let i = 16; i < 80; i += 1) w.push(turned(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1));
    let [a, b, c, d, e] = sum;
    for (let i = 0; i < 80; i += 1) {
      const [f, k] = i < 20 ? [(b & c) | (~b & d), 0x5a827999] : i < 40 ? [b ^ c ^ d, 0x6ed9eba1] : i < 60 ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc] : [b ^ c ^ d, 0xca62c1d6];
      [e, d, c, b, a] = [d, c, turned(b, 30), a, (turned(a, 5) + f + e + k + w[i]) | 0];
    }
    sum = [a, b, c, d, e].map((v, i) => (v + sum[i]) | 0);
  }
  return hex(sum.map((v) => v >>> 0), 8);
};
const WIDTHS = { 32: { rounds: 64, block: 64, turns: [[7, 18, 3], [17, 19, 10], [6, 11, 25], [2, 13, 22]] }, 64: { rounds: 80, block: 128, turns: [[1, 8, 7], [19, 61, 6], [14, 18, 41], [28, 34, 39]] } };
const SHA224 = [0xc1059ed8n, 0x367cd507n, 0x3070dd17n, 0xf70e5939n, 0xffc00b31n, 0x68581511n, 0x64f98fa7n, 0xbefa4fa4n];
const sha2 = (given, bits, first, words) => { // on BigInt: one text for both widths
  const { rounds, block, turns } = WIDTHS[bits], full = BigInt(bits), mask = (1n << full) - 1n;
  const turn = (x, n) => ((x >> BigInt(n)) | (x << (full - BigInt(n)))) & mask;
  const small = (x, [a, b, c]) => turn(x, a) ^ turn(x, b) ^ (x >> BigInt(c)), large = (x, [a, b, c]) => turn(x, a) ^ turn(x, b) ^ turn(x, c);
  const bytes = padded(given, block, true), step = bits / 8, keys = roots(rounds, 3, bits);
  let sum = first;
  for (let start = 0; start < bytes.length; start += block) {
    const w = Array.from({ length: 16 }, (_, i) => bytes.slice(start + i * step, start + (i + 1) * step).reduce((v, b) => (v << 8n) | BigInt(b), 0n));
    for (let i = 16; i < rounds; i += 1) w.push((small(w[i - 2], turns[1]) + w[i - 7] + small(w[i - 15], turns[0]) + w[i - 16]) & mask);
    let [a, b, c, d, e, f, g, h] = sum;
    for (let i = 0; i < rounds; i += 1) {
      const one = h + large(e, turns[2]) + ((e & f) ^ (~e & mask & g)) + keys[i] + w[i], two = large(a, turns[3]) + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) & mask, c, b, a, (one + two) & mask];
    }
    sum = [a, b, c, d, e, f, g, h].map((v, i) => (v + sum[i]) & mask);
  }
  return hex(sum.slice(0, words), bits / 4);
};
const sha3 = (given) => { // SHA3-512: 72 bytes a block, Keccak-f[1600] on BigInt lanes
  const mask = (1n << 64n) - 1n, turn = (x, n) => ((x << n) | (x >> (64n - n))) & mask, rate = 72;
  const bytes = [...given, 0x06];
  while (bytes.length % rate) bytes.push(0);
  bytes[bytes.length - 1] |= 0x80;
  let lanes = Array(25).fill(0n);
  for (let start = 0; start < bytes.length; start += rate) {
    for (let i = 0; i < rate; i += 1) lanes[i >> 3] ^= BigInt(bytes[start + i]) << BigInt(8 * (i & 7));
    let bit = 1;
    for (let round = 0; round < 24; round += 1) {
      const sums = [0, 1, 2, 3, 4].map((x) => lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]);
      lanes = lanes.map((v, i) => v ^ sums[(i + 4) % 5] ^ turn(sums[(i + 1) % 5], 1n));
      let [x, y, last] = [1, 0, lanes[1]];
      for (let t = 0; t < 24; t += 1) {
        [x, y] = [y, (2 * x + 3 * y) % 5];
        const n = BigInt((((t + 1) * (t + 2)) / 2) % 64), at = x + 5 * y, was = lanes[at];
        lanes[at] = n ? turn(last, n) : last;
        last = was;
      }
      lanes = lanes.map((v, i) => v ^ (~lanes[5 * Math.floor(i / 5) + ((i + 1) % 5)] & mask & lanes[5 * Math.floor(i / 5) + ((i + 2) % 5)]));
      for (let j = 0; j < 7; j += 1) { if (bit & 1) lanes[0] ^= 1n << BigInt(2 ** j - 1); bit = (bit << 1) ^ (bit & 0x80 ? 0x171 : 0); }
    }
  }
  return Array.from({ length: 64 }, (_, i) => Number((lanes[i >> 3] >> BigInt(8 * (i & 7))) & 255n)).map((b) => b.toString(16).padStart(2, '0')).join('');
};
const HASHES = {
  md5, sha1, sha224: (b) => sha2(b, 32, SHA224, 7), sha256: (b) => sha2(b, 32, roots(8, 2, 32), 8),
  sha384: (b) => sha2(b, 64, roots(16, 2, 64).slice(8), 6), sha512: (b) => sha2(b, 64, roots(8, 2, 64), 8), sha3,
};
