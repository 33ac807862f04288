import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate, failureOf, load, resultOf } from '../runtime/harness.js';

/**
 * Programs over promises and async functions that log each step. They run as they are on the engine's own promises and
 * async functions, and bundled, on the sandbox's: the logs must agree step by step.
 */
type Step =
  | { readonly type: 'await' | 'awaitThenable' | 'awaitRejected' | 'microtask' | 'forAwait' | 'generator' }
  | {
      readonly type: 'call' | 'returnAwait' | 'returnPromise' | 'spawn' | 'finally';
      readonly body: readonly Step[];
    }
  | {
      readonly type: 'all' | 'race' | 'allSettled' | 'any' | 'chain';
      readonly bodies: readonly (readonly Step[])[];
    };

const leaf = fc.constantFrom<Step['type']>(
  'await',
  'awaitThenable',
  'awaitRejected',
  'microtask',
  'forAwait',
  'generator',
);

const { body } = fc.letrec<{ step: Step; body: Step[] }>((tie) => ({
  step: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf.map((type) => ({ type }) as Step),
    fc.record({
      type: fc.constantFrom('call', 'returnAwait', 'returnPromise', 'spawn', 'finally'),
      body: tie('body'),
    }) as fc.Arbitrary<Step>,
    fc.record({
      type: fc.constantFrom('all', 'race', 'allSettled', 'any', 'chain'),
      bodies: fc.array(tie('body'), { minLength: 1, maxLength: 3 }),
    }) as fc.Arbitrary<Step>,
  ),
  body: fc.array(tie('step') as fc.Arbitrary<Step>, { maxLength: 4 }),
}));

let nextId = 0;

function source(steps: readonly Step[]): string {
  return steps.map(statement).join('\n');
}

function asyncFunction(steps: readonly Step[]): string {
  return `(async () => { ${source(steps)} return ${nextId++}; })`;
}

function statement(step: Step): string {
  const id = nextId++;
  const log = (what: string): string => `log.push('${id}${what}');`;
  switch (step.type) {
    case 'await':
      return `${log('a')} await ${id}; ${log('b')}`;
    case 'awaitThenable':
      return `log.push(await { then(r) { ${log('t')} r(${id}); } });`;
    case 'awaitRejected':
      return `try { await Promise.reject(new Error('${id}')); } catch (e) { log.push(e.message); }`;
    case 'microtask':
      return `Promise.resolve().then(() => { ${log('m')} });`;
    case 'forAwait':
      return `for await (const x of [Promise.resolve(${id}), ${id}.5]) log.push(x);`;
    case 'generator':
      return `for await (const x of (async function* () { yield ${id}; await null; ${log('g')} yield ${id}.25; })()) log.push(x);`;
    case 'call':
      return `log.push(await ${asyncFunction(step.body)}()); ${log('c')}`;
    case 'returnAwait':
      return `log.push(await (async () => { return await ${asyncFunction(step.body)}(); })());`;
    case 'returnPromise':
      return `log.push(await (async () => { return ${asyncFunction(step.body)}(); })());`;
    case 'spawn':
      return `spawned.push(${asyncFunction(step.body)}().then(() => { ${log('s')} }));`;
    case 'finally':
      return `await ${asyncFunction(step.body)}().finally(() => { ${log('f')} return Promise.resolve(1); }); ${log('e')}`;
    case 'chain':
      return `log.push(await ${step.bodies.map((b) => asyncFunction(b)).reduce((acc, fn) => `${acc}.then(${fn})`, 'Promise.resolve()')});`;
    default:
      return `log.push(JSON.stringify(await Promise.${step.type}([${step.bodies.map((b) => `${asyncFunction(b)}()`).join(', ')}, ${id}]))); ${log('p')}`;
  }
}

describe('the order of promise jobs', () => {
  it('is that of native promises and async functions', { timeout: 60_000 }, async () => {
    const programs = fc.sample(body, { numRuns: 200, seed: 20_240_601 });
    nextId = 0;
    const functions = programs.map((steps) => `async (log, spawned) => {\n${source(steps)}\n}`);
    const loaded = await load(`const programs = [${functions.join(',\n')}];
      export async function main(i) { const log = []; const spawned = []; await programs[i](log, spawned); log.push('end'); await Promise.all(spawned); return [...log]; }`);
    for (const [i, text] of functions.entries()) {
      const native = (0, eval)(`(${text})`) as (log: unknown[], spawned: unknown[]) => Promise<void>;
      const log: unknown[] = [];
      const spawned: unknown[] = [];
      await native(log, spawned);
      log.push('end');
      await Promise.all(spawned);
      expect(resultOf(loaded, 'main', [i]), text).toEqual(log);
    }
  });
});

describe('the sandbox’s Promise', () => {
  it('looks like the native one', async () => {
    const body = `
      class Sub extends Promise {}
      const s = Sub.resolve(1).then((x) => x + 1);
      const r = Promise.withResolvers(); r.resolve(3);
      return [Promise.name, String(Promise.resolve()), Promise.resolve() instanceof Promise, s instanceof Sub, await s, await r.promise,
        Object.keys(Promise.resolve()), Promise.length, Reflect.ownKeys(Promise).map(String).sort().join(),
        await Promise.try((a) => a, 4), (() => { try { Promise(); } catch (e) { return e.name; } })()];`;
    expect(await evaluate(body)).toEqual([
      'Promise',
      '[object Promise]',
      true,
      true,
      2,
      3,
      [],
      1,
      'Symbol(Symbol.species),all,allSettled,any,length,name,prototype,race,reject,resolve,try,withResolvers',
      4,
      'TypeError',
    ]);
  });

  it('a rejection that nobody handles fails the workflow task, not the process', async () => {
    expect(await failureOf(`Promise.reject(new Error('lost')); return 1;`)).toBe('lost');
    expect(await failureOf(`(async () => { throw new Error('lost too'); })(); return 1;`)).toBe('lost too');
    expect(
      await failureOf(`new Promise((_, reject) => reject(new Error('lost 3'))).then(() => 1); return 1;`),
    ).toBe('lost 3');
    expect(
      await failureOf(
        `const p = Promise.reject(new Error('found')); await null; await p.catch(() => 0); return 1;`,
      ),
    ).toBe('did not fail');
  });
});
