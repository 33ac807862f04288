import { describe, expect, it } from 'vitest';
import { randomnessSeed } from '@refrain/engine/internal';

describe('randomness seed', () => {
  // CPython hashes bytes with SipHash-1-3 too: PYTHONHASHSEED=0 python3.11 -c "print(hash(b'a\xff') % 2**64)"
  it.each([
    ['', '3476900567878811119'],
    ['a', '8186225505942432243'],
    ['run-1', '13079098122894003206'],
    ['b3f4b6a4-0a3c-4f5e-9d52-7c8c1b0a9f11', '14775468520353579876'],
  ])('of the run id "%s" is its SipHash-1-3, with the byte that Rust adds', (runId, seed) => {
    expect(randomnessSeed(runId)).toBe(seed);
  });
});
