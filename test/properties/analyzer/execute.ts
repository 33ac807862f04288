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

export async function execute(program: Program): Promise<Execution> {
  const ran = new Set<number>();
  const loaded = new Set<number>();
  try {
    const texts = new Map([...program.files].map(([path, text]) => [path, compiled(path, text)]));
    for (const input of inputs) {
      let marks = loaded;
      const mark = (id: number): number => {
        marks.add(id);
        return id + 10;
      };
      let handlers: Handlers | undefined;
      const service = (definition: { handlers: Handlers }): unknown => {
        handlers = definition.handlers;
        return definition;
      };
      let isLoading = true;
      const makeState = (): State => ({ shared: isLoading });
      // A write counts where the workflow changes what was made while its modules loaded.
      const write = (id: number, state: State | undefined): void => {
        if (!isLoading && state?.shared === true) ran.add(id);
      };
      load(texts, { mark, makeState, write }, service);
      isLoading = false;
      marks = ran;
      const total = await handlers!.go({ sleep: async () => {} }, input);
      if (typeof total !== 'number') throw new Error(`the result is ${typeof total}`);
    }
  } catch (error) {
    return { ran, loaded, failure: String(error instanceof Error ? error.stack : error) };
  }
  return { ran, loaded, failure: undefined };
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
