/**
 * x to the power of y, the same on every version of Node. (`Math.pow` of Node 24 and of 20 and 22 differ in the last
 * bit: pow(10, −5).) A port of fdlibm's e_pow.c:
 *
 * Copyright (C) 2004 by Sun Microsystems, Inc. All rights reserved. Permission to use, copy, modify, and distribute
 * this software is freely granted, provided that this notice is preserved.
 */
const buffer = new DataView(new ArrayBuffer(8));

function high(x: number): number {
  buffer.setFloat64(0, x);
  return buffer.getInt32(0);
}

function withHigh(x: number, word: number): number {
  buffer.setFloat64(0, x);
  buffer.setInt32(0, word);
  return buffer.getFloat64(0);
}

function withoutLow(x: number): number {
  buffer.setFloat64(0, x);
  buffer.setInt32(4, 0);
  return buffer.getFloat64(0);
}

const two53 = 9007199254740992;
const huge = 1e300;
const tiny = 1e-300;
const bp = [1, 1.5];
const dpHigh = [0, 5.84962487220764160156e-1];
const dpLow = [0, 1.35003920212974897128e-8];
const L = [
  5.99999999999994648725e-1, 4.28571428578550184252e-1, 3.33333329818377432918e-1, 2.72728123808534006489e-1,
  2.3066074577556175406e-1, 2.06975017800338417784e-1,
];
const P = [
  1.66666666666666019037e-1, -2.77777777770155933842e-3, 6.61375632143793436117e-5, -1.6533902205465251539e-6,
  4.13813679705723846039e-8,
];
const ln2 = 6.93147180559945286227e-1;
const ln2High = 6.93147182464599609375e-1;
const ln2Low = -1.90465429995776804525e-9;
const overflow = 8.0085662595372944372e-17;
const cp = 9.61796693925975554329e-1;
const cpHigh = 9.61796700954437255859e-1;
const cpLow = -7.02846165095275826516e-9;
const invLn2 = 1.442695040888963387;
const invLn2High = 1.44269502162933349609;
const invLn2Low = 1.92596299112661746887e-8;

/** 0: not an integer, 1: odd, 2: even. */
function parity(y: number): 0 | 1 | 2 {
  if (!Number.isInteger(y)) return 0;
  return Math.abs(y) < two53 && y % 2 !== 0 ? 1 : 2;
}

export function pow(x: number, y: number): number {
  if (y === 0) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  const absX = Math.abs(x);
  if (Math.abs(y) === Infinity) {
    if (absX === 1) return NaN;
    return absX > 1 === y > 0 ? Infinity : 0;
  }
  if (y === 1) return x;
  if (y === -1) return 1 / x;
  if (y === 2) return x * x;
  if (y === 0.5 && x >= 0) return Math.sqrt(x + 0);
  if (Number.isInteger(y) && Number.isInteger(x) && Math.abs(y) <= 53) {
    const exact = wholePower(x, Math.abs(y));
    if (Math.abs(exact) < two53 && exact !== 0) return y > 0 ? exact : 1 / exact;
  }
  const yParity = x < 0 || Object.is(x, -0) ? parity(y) : 0;
  if (absX === Infinity || absX === 0 || absX === 1) {
    const z = y < 0 ? 1 / absX : absX;
    if (x === -1 && yParity === 0) return NaN;
    return yParity === 1 ? -z : z;
  }
  if (x < 0 && yParity === 0) return NaN;
  const sign = yParity === 1 ? -1 : 1;
  const [t1, t2] = Math.abs(y) > 2147483648 ? logOfNearOne(absX, y) : log2(absX);
  if (t2 === undefined) return sign * t1;
  return sign * exp2(y, t1, t2);
}

/** Exact where the result is below 2⁵³; so are then the quotients of negative exponents, to the last bit. */
function wholePower(x: number, y: number): number {
  let result = 1;
  for (let i = 0; i < y && Math.abs(result) < two53; i++) result *= x;
  return result;
}

/** |y| is huge: the result is 0 or infinite unless |x| is within 2⁻²⁰ of 1. */
function logOfNearOne(absX: number, y: number): [number, number?] {
  const ix = high(absX) & 0x7fffffff;
  const iy = high(y) & 0x7fffffff;
  if (iy > 0x43f00000) {
    if (ix <= 0x3fefffff) return [y < 0 ? Infinity : 0];
    if (ix >= 0x3ff00000) return [y > 0 ? Infinity : 0];
  }
  if (ix < 0x3fefffff) return [y < 0 ? huge * huge : tiny * tiny];
  if (ix > 0x3ff00000) return [y > 0 ? huge * huge : tiny * tiny];
  const t = absX - 1;
  const w = t * t * (0.5 - t * (0.3333333333333333 - t * 0.25));
  const u = invLn2High * t;
  const v = t * invLn2Low - w * invLn2;
  const t1 = withoutLow(u + v);
  return [t1, v - (t1 - u)];
}

/** log2(x) in two parts. */
function log2(absX: number): [number, number] {
  let x = absX;
  let n = 0;
  if (high(x) < 0x00100000) {
    x *= two53;
    n -= 53;
  }
  let ix = high(x);
  n += (ix >> 20) - 0x3ff;
  const j = ix & 0x000fffff;
  ix = j | 0x3ff00000;
  let k = 0;
  if (j > 0x3988e && j < 0xbb67a) k = 1;
  else if (j >= 0xbb67a) {
    n += 1;
    ix -= 0x00100000;
  }
  x = withHigh(x, ix);
  const u = x - bp[k]!;
  const v = 1 / (x + bp[k]!);
  const ss = u * v;
  const sHigh = withoutLow(ss);
  const tHigh = withHigh(0, ((ix >> 1) | 0x20000000) + 0x00080000 + (k << 18));
  const tLow = x - (tHigh - bp[k]!);
  const sLow = v * (u - sHigh * tHigh - sHigh * tLow);
  const s2 = ss * ss;
  let r = s2 * s2 * (L[0]! + s2 * (L[1]! + s2 * (L[2]! + s2 * (L[3]! + s2 * (L[4]! + s2 * L[5]!)))));
  r += sLow * (sHigh + ss);
  const sq = sHigh * sHigh;
  const t3High = withoutLow(3 + sq + r);
  const t3Low = r - (t3High - 3 - sq);
  const a = sHigh * t3High;
  const b = sLow * t3High + t3Low * ss;
  const pHigh = withoutLow(a + b);
  const pLow = b - (pHigh - a);
  const zHigh = cpHigh * pHigh;
  const zLow = cpLow * pHigh + pLow * cp + dpLow[k]!;
  const t1 = withoutLow(zHigh + zLow + dpHigh[k]! + n);
  return [t1, zLow - (t1 - n - dpHigh[k]! - zHigh)];
}

/** 2 to the power of y × (t1 + t2). */
function exp2(y: number, t1: number, t2: number): number {
  const y1 = withoutLow(y);
  const pLow = (y - y1) * t1 + y * t2;
  let pHigh = y1 * t1;
  const z = pLow + pHigh;
  const j = high(z);
  buffer.setFloat64(0, z);
  const low = buffer.getInt32(4);
  if (j >= 0x40900000) {
    if (((j - 0x40900000) | low) !== 0 || pLow + overflow > z - pHigh) return huge * huge;
  } else if ((j & 0x7fffffff) >= 0x4090cc00) {
    if (((j - (0xc090cc00 | 0)) | low) !== 0 || pLow <= z - pHigh) return tiny * tiny;
  }
  const i = j & 0x7fffffff;
  let k = (i >> 20) - 0x3ff;
  let n = 0;
  if (i > 0x3fe00000) {
    n = j + (0x00100000 >> (k + 1));
    k = ((n & 0x7fffffff) >> 20) - 0x3ff;
    const t = withHigh(0, n & ~(0x000fffff >> k));
    n = ((n & 0x000fffff) | 0x00100000) >> (20 - k);
    if (j < 0) n = -n;
    pHigh -= t;
  }
  const t = withoutLow(pLow + pHigh);
  const u = t * ln2High;
  const v = (pLow - (t - pHigh)) * ln2 + t * ln2Low;
  const w = u + v;
  const rest = v - (w - u);
  const sq = w * w;
  const poly = w - sq * (P[0]! + sq * (P[1]! + sq * (P[2]! + sq * (P[3]! + sq * P[4]!))));
  const r = (w * poly) / (poly - 2) - (rest + w * rest);
  const result = 1 - (r - w);
  const word = high(result) + (n << 20);
  return word >> 20 <= 0 ? scale(result, n) : withHigh(result, word);
}

/** result × 2ⁿ where that is subnormal. */
function scale(result: number, n: number): number {
  return withHigh(result, high(result) + ((n + 54) << 20)) * 5.55111512312578270212e-17;
}

/** The operator `**`, which the bundler turns into a call: numbers and BigInt. */
export function powerOperator(base: unknown, exponent: unknown): number | bigint {
  const left = toNumeric(base);
  const right = toNumeric(exponent);
  if (typeof left === 'bigint' && typeof right === 'bigint') return powBigInt(left, right);
  if (typeof left === 'bigint' || typeof right === 'bigint') {
    throw new TypeError('Cannot mix BigInt and other types, use explicit conversions');
  }
  return pow(left, right);
}

function toNumeric(value: unknown): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  const copy = value as number;
  // The operator `-` converts as `**` does; twice, for the sign.
  return typeof -copy === 'bigint' ? -(-copy) : Number(copy);
}

function powBigInt(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n) throw new RangeError('Exponent must be non-negative');
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result *= square;
    if (rest > 1n) square *= square;
  }
  return result;
}
