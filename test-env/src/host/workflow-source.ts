import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TestConfigError } from '../errors.js';
import { functionFiles } from './function-location.js';

/** Where workflow code comes from: one module, or the files in which the functions of a module were defined. */
export interface WorkflowSource {
  /** The one module, or undefined when `exports` says file by file. */
  readonly path: string | undefined;
  /** Workflow type → file that exports it by that name. */
  readonly exports: Readonly<Record<string, string>>;
}

export interface SourceOptions {
  readonly workflowsPath?: string | URL | undefined;
  readonly workflows?: unknown;
}

export function workflowSource({ workflowsPath, workflows }: SourceOptions): WorkflowSource {
  const given = workflowsPath ?? workflows;
  if (typeof given === 'string' || given instanceof URL) return { path: existingPath(given), exports: {} };
  if (typeof given === 'object' && given !== null) return sourceOfModule(given);
  throw new TestConfigError(
    'RFN4001',
    'There are no workflows: pass `workflowsPath`, for instance new URL("../src/workflows.ts", import.meta.url).',
  );
}

/** The source of a single workflow function, for `explore(workflow, …)`. */
export function sourceOfFunction(workflow: object & { readonly name: string }): WorkflowSource {
  return sourceOfModule({ [workflow.name]: workflow });
}

function existingPath(given: string | URL): string {
  const path = given instanceof URL || given.startsWith('file:') ? fileURLToPath(given) : resolve(given);
  const candidates = [path, ...['.ts', '.js', '.mts', '.mjs'].map((end) => path + end)];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found !== undefined) return found;
  throw new TestConfigError(
    'RFN4001',
    `workflowsPath: there is no file ${path}. A relative path is taken from the working directory; ` +
      'new URL("../src/workflows.ts", import.meta.url) is taken from the test.',
  );
}

/** Asked once for each module object: the inspector takes milliseconds. */
const sources = new WeakMap<object, WorkflowSource>();

function sourceOfModule(module: object): WorkflowSource {
  const known = sources.get(module);
  if (known) return known;
  const functions = Object.entries(module).filter(
    (entry): entry is [string, object] => typeof entry[1] === 'function',
  );
  const files = functionFiles(functions.map(([, value]) => value));
  const lost = functions.filter((_, index) => files[index] === undefined).map(([name]) => name);
  if (functions.length === 0 || lost.length > 0) {
    const why =
      functions.length === 0 ? 'it exports no functions' : `the file of ${lost.join(', ')} is not known`;
    throw new TestConfigError(
      'RFN4001',
      `workflows: the module cannot be bundled, ${why}. Pass its path instead: ` +
        'workflowsPath: new URL("../src/workflows.ts", import.meta.url).',
    );
  }
  const source: WorkflowSource = {
    path: undefined,
    exports: Object.fromEntries(functions.map(([name], index) => [name, files[index]!])),
  };
  sources.set(module, source);
  return source;
}
