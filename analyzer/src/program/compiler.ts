/**
 * The TypeScript compiler, loaded with the first file that is parsed: a check that is answered from the
 * cache needs none. It is required, not imported: before a CommonJS module is imported Node searches its
 * text for exports, which takes longer for these nine megabytes than to run them.
 */

import { createRequire } from 'node:module';
import type typescript from 'typescript';

/** Undefined until `loadCompiler` has run. */
export let tsc: typeof typescript;

export function loadCompiler(): void {
  tsc ??= createRequire(import.meta.url)('typescript') as typeof typescript;
}

/** A table of the compiler's constants, made when it is first asked for. */
export function table<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
