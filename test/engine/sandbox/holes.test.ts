import { describe, expect, it } from 'vitest';
import { evaluate, failureOf, load, resultOf, start, initialize } from '../runtime/harness.js';

const time = 1_700_000_000_000;

/** Programs that reach for the host. Each value is what deterministic code gets. */
describe('no way from workflow code to the host', () => {
  const globals = [
    'URL',
    'URLSearchParams',
    'TextEncoder',
    'TextDecoder',
    'AbortController',
    'AbortSignal',
    'EventTarget',
    'structuredClone',
    'setTimeout',
    'console.log',
    'crypto.randomUUID',
    'queueMicrotask',
    'Promise',
    'Date',
    'Error',
    'Intl.DateTimeFormat',
    'wf.sleep',
    'wf.ApplicationFailure',
    'wf.workflowInfo()',
    'wf.workflowInfo().unsafe.now',
    'wf.log.info',
  ];
  it.each(globals)('%s.constructor does not make code', async (expression) => {
    expect(await failureOf(`return (${expression}).constructor.constructor('return process')();`)).toMatch(
      /Function cannot be used in workflow code/,
    );
  });

  it.each([
    ['(() => {}).constructor', 'Function'],
    ['(async () => {}).constructor', 'Function'],
    ['(function* () {}).constructor', 'GeneratorFunction'],
    ['(async function* () {}).constructor', ''],
    ['new URL("https://a.b").constructor.constructor', 'Function'],
    ['Reflect.getPrototypeOf(Object.getPrototypeOf(function* () {})).constructor', 'Function'],
    ['[].constructor.constructor', 'Function'],
  ])('%s is refused', async (expression) => {
    expect(await failureOf(`return ${expression}('return process')();`)).toMatch(
      /cannot be used in workflow code/,
    );
  });

  it('eval, direct and indirect, is refused', async () => {
    expect(await failureOf(`return (0, eval)('1');`)).toMatch(/eval cannot be used/);
    expect(await failureOf(`return globalThis.eval('1');`)).toMatch(/eval cannot be used/);
  });

  it('import() of a computed module does not reach the host', async () => {
    expect(
      await evaluate(`
        const name = 'node:fs';
        return import(name).then(() => 'reached', (e) => {
          try { return e.constructor.constructor('return process')().version; } catch (f) { return f.name; }
        });`),
    ).toBe('DeterminismViolationError');
  });

  it('errors of the host do not come in', async () => {
    const code = `
      const found = [];
      const probe = (fn) => { try { fn(); } catch (e) { found.push(e instanceof Error && e.constructor !== undefined && Object.getPrototypeOf(e.constructor) !== null && (e instanceof TypeError || e instanceof RangeError || e instanceof Error)); } };
      probe(() => new URL('no'));
      probe(() => atob('*'));
      probe(() => structuredClone(() => 1));
      probe(() => new TextDecoder('latin1'));
      probe(() => new Intl.DateTimeFormat('xx-invalid-locale-name-too-long'));
      return found;`;
    expect(await evaluate(code)).toEqual([true, true, true, true, true]);
  });

  it('activations and what they carry are objects of the realm', async () => {
    const loaded = await load(`
      import { workflowInfo } from '@refrain/engine/workflow';
      const isInside = (v) => typeof v !== 'object' || v === null || (v instanceof Object && Object.values(v).every(isInside));
      export async function main(arg) { return [isInside(arg), isInside(workflowInfo())]; }`);
    const { send } = start(loaded, 'main');
    const commands = send([
      initialize('main', [{ a: [1, { b: 2 }] }], {
        parentWorkflowInfo: { namespace: 'n', workflowId: 'w', runId: 'r' },
      }),
    ]);
    expect(JSON.stringify(commands)).toContain(Buffer.from('[true,true]').toString('base64'));
  });

  it('the globals of Node are not there', async () => {
    expect(
      await evaluate(`return [typeof process, typeof Buffer, typeof WebAssembly, typeof SharedArrayBuffer,
        typeof performance, typeof global.process, typeof globalThis.process, typeof Temporal];`),
    ).toEqual(Array(8).fill('undefined'));
  });

  it.each([
    ['process.env.HOME', /process cannot be used in workflow code.*argument of the workflow/],
    ['Buffer.from("a")', /Buffer cannot be used/],
    ['performance.now()', /performance cannot be used.*Date.now/],
    ['new SharedArrayBuffer(1)', /SharedArrayBuffer cannot be used/],
    ['WebAssembly.compile(new Uint8Array())', /WebAssembly cannot be used/],
    ['fetch("https://a.b")', /fetch cannot be used.*activity/],
    ['setInterval(() => {}, 1)', /setInterval cannot be used.*sleep/],
    ['setImmediate(() => {})', /setImmediate cannot be used/],
    ['new WeakRef({})', /WeakRef cannot be used/],
    ['new FinalizationRegistry(() => {})', /FinalizationRegistry cannot be used/],
    ['Atomics.wait(new Int32Array(4), 0, 0)', /Atomics.wait cannot be used/],
    ['crypto.subtle.digest("SHA-1", new Uint8Array())', /crypto.subtle cannot be used/],
  ])('%s says what to use instead', async (expression, message) => {
    expect(await failureOf(`return ${expression};`)).toMatch(message);
  });

  it('a violation carries the source line', async () => {
    const loaded = await load(`export async function main() {\n  const x = 1;\n  return fetch('x' + x);\n}`);
    const completion = start(loaded).complete([initialize('main')]);
    expect(completion.status === 'failed' && completion.failure.stackTrace).toMatch(
      /main \(.*index\.ts:3:\d+\)/,
    );
    expect(completion).toMatchObject({ cause: 'NON_DETERMINISTIC_ERROR' });
  });
});

describe('time is the workflow’s', () => {
  it.each([
    ['Date.now()'],
    ['new Date().getTime()'],
    ['new (new Date().constructor)().getTime()'],
    ['Reflect.construct(Date, []).getTime()'],
    ['new (class extends Date {})().getTime()'],
    ['Date.parse(Date()) + 0'],
    ['Number(new Intl.DateTimeFormat("en", { timeZone: "UTC" }).formatToParts().length > 0) && Date.now()'],
    ['wf.now()'],
    ['new Date(Object.getPrototypeOf(new Date()).constructor.now()).getTime()'],
  ])('%s', async (expression) => {
    const value = await evaluate(`return ${expression};`);
    expect(Math.floor((value as number) / 1000)).toBe(Math.floor(time / 1000));
  });

  it('formatting without a date means workflow time', async () => {
    expect(await evaluate(`return new Intl.DateTimeFormat().format();`)).toBe('11/14/2023');
    expect(await evaluate(`const { format } = Intl.DateTimeFormat('de'); return format();`)).toBe(
      '14.11.2023',
    );
  });

  it('the local zone is UTC and the language en-US', async () => {
    const body = `
      const d = new Date(2024, 5, 1, 12, 30);
      return [d.toISOString(), d.toString(), d.getHours(), d.getTimezoneOffset(), d.toLocaleString(),
        new Date('2024-06-01T12:30').toISOString(), new Date('Jun 1, 2024 12:30').toISOString(),
        new Date('2024-06-01').getHours(), new Date('Sat Jun 01 2024 12:30:00 GMT+0200').toISOString(),
        Intl.DateTimeFormat().resolvedOptions().timeZone, Intl.DateTimeFormat().resolvedOptions().locale,
        (1234.5).toLocaleString(), new Intl.NumberFormat([]).resolvedOptions().locale,
        'I'.toLocaleLowerCase([]), 'i'.toLocaleUpperCase(), ['a', 'B', 'c'].sort((x, y) => x.localeCompare(y)).join('')];`;
    expect(await evaluate(body)).toEqual([
      '2024-06-01T12:30:00.000Z',
      'Sat Jun 01 2024 12:30:00 GMT+0000 (Coordinated Universal Time)',
      12,
      0,
      expect.stringMatching(/^6\/1\/2024, 12:30:00\sPM$/),
      '2024-06-01T12:30:00.000Z',
      '2024-06-01T12:30:00.000Z',
      0,
      '2024-06-01T10:30:00.000Z',
      'UTC',
      'en-US',
      '1,234.5',
      'en-US',
      'i',
      'I',
      'aBc',
    ]);
  });
});

describe('executions share nothing that can change', () => {
  it('globals that one sets are not seen by another', async () => {
    const loaded = await load(`export async function main(set) {
      const before = globalThis.shared; globalThis.shared = set; return [before ?? null, globalThis.shared]; }`);
    expect(resultOf(loaded, 'main', [1])).toEqual([null, 1]);
    expect(resultOf(loaded, 'main', [2])).toEqual([null, 2]);
  });

  it.each([
    ['Array.prototype.extra = 1'],
    ['Array.prototype.map = 1'],
    ['Object.prototype.extra = 1'],
    ['Math.random = () => 4'],
    ['Date.now = () => 4'],
    ['Promise.prototype.then = 1'],
    ['Object.defineProperty(String.prototype, "x", { value: 1 })'],
    ['wf.sleep.extra = 1'],
    ['wf.ApplicationFailure.prototype.extra = 1'],
    ['wf.log.info = 1'],
    ['console.log = 1'],
    ['Error.prototype.extra = 1'],
    ['Intl.DateTimeFormat.prototype.extra = 1'],
    ['(function* () {})().__proto__.__proto__.__proto__.extra = 1'],
    ['[][Symbol.iterator]().__proto__.extra = 1'],
    ['Object.getPrototypeOf((async function* () {})()).extra = 1'],
    ['Object.getPrototypeOf(async () => {}).extra = 1'],
    ['URL.prototype.extra = 1'],
    ['URLSearchParams.prototype.append = 1'],
    ['new Intl.Segmenter("en").segment("a").__proto__.containing = 1'],
    ['new Intl.Segmenter("en").segment("a").__proto__.extra = 1'],
    ['new Intl.Segmenter("en").segment("a")[Symbol.iterator]().__proto__.extra = 1'],
    ['Intl.Segmenter.prototype.segment = 1'],
  ])('%s is refused', async (statement) => {
    expect(await failureOf(`${statement}; return 'changed';`)).toMatch(
      /not extensible|read only|Cannot assign/,
    );
  });

  it('RegExp remembers no last match', async () => {
    expect(await evaluate(`/a(b)/.exec('ab'); return [typeof RegExp.$1, typeof RegExp.lastMatch];`)).toEqual([
      'undefined',
      'undefined',
    ]);
  });

  it('frozen prototypes do not break ordinary assignment', async () => {
    const body = `
      class Failure extends Error { constructor(m) { super(m); this.name = 'Failure'; this.message = m + '!'; } }
      function Old() {} Old.prototype = Object.create(Error.prototype); Old.prototype.constructor = Old; Old.prototype.toString = () => 'old';
      const o = {}; o.toString = () => 'mine'; o.constructor = 1; o.hasOwnProperty = 2;
      const f = () => 1; f.toString = () => 'fn'; f.call = 3;
      const list = []; list.map = 4; const m = new Map(); m.get = 5; const p = Promise.resolve(); p.then = undefined;
      const d = Object.create(Date.prototype); d.getTime = () => 6;
      return [new Failure('x').message, String(new Old()), String(o), o.constructor, String(f), f.call, list.map, m.get, d.getTime()];`;
    expect(await evaluate(body)).toEqual(['x!', 'old', 'mine', 1, 'fn', 3, 4, 5, 6]);
  });
});

describe('stacks', () => {
  it('show only frames of the workflow, whatever the settings', async () => {
    const stack = await evaluate(`
      Error.stackTraceLimit = 0; Error.prepareStackTrace = () => 'leak';
      const inner = () => new Error('here').stack;
      return inner();`);
    expect(stack).toMatch(/^Error: here\n {4}at inner \(.*index\.ts:\d+:\d+\)\n/);
    expect(stack).not.toMatch(/node:|dist|refrain:runtime/);
  });

  it('do not tell how deep the host’s stack is', async () => {
    const deep = await failureOf(`
      let depth = 0; const dive = () => { depth++; dive(); };
      try { dive(); } catch { return depth; }`);
    expect(deep).toMatch(/stack/i);
  });
});

describe('the deadline', () => {
  it('stops an endless loop and leaves the worker alive', async () => {
    const loaded = await load(
      `export async function main() { for (;;) {} }
       export async function fine() { await null; return 'fine'; }
       export async function micro() { for (;;) await null; }
       export async function stubborn() { for (;;) { try { for (;;) {} } finally { continue; } } }`,
      { deadlineMs: 50 },
    );
    for (const type of ['main', 'micro', 'stubborn']) {
      const completion = start(loaded, type).complete([initialize(type)]);
      expect(completion).toMatchObject({
        status: 'failed',
        failure: { message: expect.stringContaining('RFN1101') },
      });
      expect(resultOf(loaded, 'fine')).toBe('fine');
    }
  });
});
