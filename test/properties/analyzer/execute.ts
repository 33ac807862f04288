/** Runs a generated program's workflow under every input, and notes which of its marked places ran, and when. */

import { posix } from 'node:path';
import { compileFunction } from 'node:vm';
import { createRequire } from 'node:module';
import ts from 'typescript';
import { sitePattern, statePattern, writePattern, type Program } from './render.js';

export interface Execution {
  /** Places that ran in the workflow, not only while its modules loaded. */
  readonly ran: ReadonlySet<number>;
  readonly loaded: ReadonlySet<number>;
  /** Places whose value the command is given, as is seen when they give another one. */
  readonly flows: ReadonlySet<number>;
  /** Why it could not be run to its end: the generator is wrong then. */
  readonly failure: string | undefined;
}

const inputs = [
  { n: 1, flag: true, key: 'a' },
  { n: 2, flag: false, key: 'b' },
  { n: 0, flag: false, key: 'c' },
];

interface Handlers {
  readonly go: (ctx: unknown, x: unknown) => Promise<number>;
}

const host = createRequire(import.meta.url);

/** Runs the workflow; the programs that the texts make must be the same each time. */
export async function execute(program: Program): Promise<Execution> {
  const ran = new Set<number>();
  const loaded = new Set<number>();
  const flows = new Set<number>();
  try {
    const texts = new Map([...program.files].map(([path, text]) => [path, compiled(path, text)]));
    for (const input of inputs) {
      const now = new Set<number>();
      const total = await runOnce(texts, input, { ran: now, loaded });
      for (const id of now) ran.add(id);
      for (const { id, kind } of program.sites) {
        if (kind !== 'clock' || !now.has(id) || flows.has(id)) continue;
        const other = await runOnce(texts, input, { ran: new Set(), loaded: new Set(), changed: id });
        if (other !== total) flows.add(id);
      }
    }
  } catch (error) {
    return { ran, loaded, flows, failure: String(error instanceof Error ? error.stack : error) };
  }
  return { ran, loaded, flows, failure: undefined };
}

interface Run {
  /** What is filled. */
  readonly ran: Set<number>;
  readonly loaded: Set<number>;
  /** The place where the clock gives another time. */
  readonly changed?: number;
}

/** Gives the workflow's result, which is the argument of its command, too. */
async function runOnce(texts: ReadonlyMap<string, string>, input: unknown, run: Run): Promise<number> {
  let isLoading = true;
  const mark = (id: number): number => {
    (isLoading ? run.loaded : run.ran).add(id);
    return id === run.changed ? 100_003 : id + 10;
  };
  let handlers: Handlers | undefined;
  const service = (definition: { handlers: Handlers }): unknown => {
    handlers = definition.handlers;
    return definition;
  };
  const makeState = (): State => ({ shared: isLoading });
  // A write counts where the workflow changes what was made while its modules loaded.
  const write = (id: number, state: State | undefined): void => {
    if (!isLoading && state?.shared === true) run.ran.add(id);
  };
  load(texts, { mark, makeState, write }, service);
  isLoading = false;
  const total = await handlers!.go({ sleep: async () => {} }, input);
  if (typeof total !== 'number') throw new Error(`the result is ${typeof total}`);
  return total;
}

interface State {
  readonly shared: boolean;
}

interface Hooks {
  readonly mark: (id: number) => number;
  readonly makeState: () => State;
  readonly write: (id: number, state: State | undefined) => void;
}

type Require = (specifier: string) => unknown;
interface Module {
  exports: unknown;
}

/** Loads the program's modules in this process, as CommonJS, with the marks in place. */
function load(texts: ReadonlyMap<string, string>, hooks: Hooks, service: unknown): void {
  const modules = new Map<string, Module>();
  const requireFrom =
    (from: string): Require =>
    (specifier) => {
      if (specifier === '@restatedev/restate-sdk') return { service };
      if (specifier === 'node:module') return { createRequire: () => requireFrom(from) };
      if (!specifier.startsWith('.')) return host(specifier);
      return run(fileOf(texts, posix.join(posix.dirname(from), specifier)));
    };
  const run = (path: string): unknown => {
    const known = modules.get(path);
    if (known !== undefined) return known.exports;
    const module: Module = { exports: {} };
    modules.set(path, module);
    const text = texts.get(path)!;
    if (path.endsWith('.json')) module.exports = JSON.parse(text);
    else {
      const names = ['exports', 'require', 'module', '__hooks', '__filename'];
      const body = compileFunction(text, names, { filename: path });
      body.call(module.exports, module.exports, requireFrom(path), module, hooks, path);
    }
    return module.exports;
  };
  run('src/main.ts');
}

function compiled(path: string, text: string): string {
  const marked = text
    .replace(sitePattern, '__hooks.mark($1)')
    .replace(statePattern, 'const $1 = __hooks.makeState();')
    .replace(writePattern, (_, write: string, id: string, of: string) => {
      const state = of === 'own' ? 'undefined' : of;
      return `__hooks.write(${id}, ${state}), (${write})`;
    })
    .replaceAll('import.meta.url', '__filename');
  if (path.endsWith('.cjs') || path.endsWith('.json')) return marked;
  const { outputText } = ts.transpileModule(marked, {
    // As `.mts` it would stay a module of the language's own kind.
    fileName: path.replace(/\.[mc]ts$/, '.ts'),
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      esModuleInterop: true,
      allowJs: true,
    },
  });
  return outputText;
}

function fileOf(texts: ReadonlyMap<string, string>, path: string): string {
  const candidates = [path, path.replace(/js$/, 'ts')];
  const found = candidates.find((candidate) => texts.has(candidate));
  if (found === undefined) throw new Error(`no file ${path}`);
  return found;
}
