import { catalogue } from '@refrain/analyzer/internal';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LoadedBundle } from '@refrain/engine/internal';
import { activation, initialize, load, valueOf } from '../engine/runtime/harness.js';

/**
 * What the analyzer's catalogue lists and what the sandbox provides are one world: a global is there, or its use says
 * what to do instead; and what the catalogue calls nondeterministic is refused, or made deterministic.
 */
interface Entry {
  readonly call?: { readonly effect?: unknown };
  readonly construct?: { readonly effect?: unknown };
  readonly members?: Readonly<Record<string, Entry>>;
}
const globals = catalogue.globals as Readonly<Record<string, Entry>>;

/** Words of the language and of modules: the bundler gives them a meaning. */
const words = new Set(['undefined', 'NaN', 'Infinity', 'eval', 'require', 'module', 'exports']);
const names = Object.keys(globals).filter((name) => !words.has(name));

/** Calls without arguments of everything that has an effect. */
const calls = names.flatMap((name) => {
  const { call, construct, members = {} } = globals[name]!;
  const found: string[] = [];
  if (call?.effect) found.push(`${name}()`);
  if (construct?.effect) found.push(`new ${name}()`);
  for (const [member, entry] of Object.entries(members)) {
    if (/^\w+$/.test(member) && entry.call?.effect) found.push(`${name}.${member}()`);
  }
  return found;
});

async function loadProbe(expressions: readonly string[]): Promise<LoadedBundle> {
  const functions = expressions.map((expression) => `async () => ${expression}`).join(',\n');
  return load(`const probes = [${functions}];
    const text = (v) => { try { return typeof v === 'function' ? 'function' : JSON.stringify(v) ?? String(v); } catch { return String(v); } };
    export async function main(i) { return text(await probes[i]()); }`);
}

function outcome(loaded: LoadedBundle, i: number): { readonly value?: unknown; readonly failure?: string } {
  const instance = loaded.createInstance();
  const completion = instance.activate(activation([initialize('main', [i])]));
  if (completion.status === 'failed') return { failure: completion.failure.message ?? '' };
  const last = completion.commands.at(-1);
  return { value: last?.type === 'completeWorkflowExecution' ? valueOf(last.result) : last?.type };
}

describe('the sandbox and the catalogue', () => {
  let present: LoadedBundle;
  let effects: LoadedBundle;
  let again: LoadedBundle;
  beforeAll(async () => {
    present = await loadProbe(names);
    effects = await loadProbe(calls);
    again = await loadProbe(calls);
  });

  it('each catalogued global is there, or its use says what to do instead', () => {
    const silent = names.filter((_name, i) => {
      const { failure } = outcome(present, i);
      return failure !== undefined && !/cannot be used in workflow code/.test(failure);
    });
    expect(silent).toEqual([]);
  });

  it('each catalogued effect is refused or made deterministic', async () => {
    const first = calls.map((_call, i) => outcome(effects, i));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const second = calls.map((_call, i) => outcome(again, i));
    const differing = calls.filter((_call, i) => JSON.stringify(first[i]) !== JSON.stringify(second[i]));
    expect(calls.length).toBeGreaterThan(50);
    expect(differing).toEqual([]);
  });
});
