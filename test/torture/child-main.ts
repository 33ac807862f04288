import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import vm from 'node:vm';
import type { ChildOptions, runChild } from './child.js';
import type { Death } from './death.js';

/** What a process of the load is told by its parent. */
export interface Orders extends ChildOptions {
  readonly death: Death;
  /** It lives to its end, and keeps the code that it has compiled for those that come after it. */
  readonly keepsCompiledCode?: boolean;
}

// The child and the engine in one file, with its compiled code: a process costs a third of one that loads 200 modules,
// and the tests have time for as many more deaths.
const codeFile = join(__dirname, 'child.cjs');
const compiledFile = join(__dirname, 'child.compiled');
const code = readFileSync(codeFile, 'utf8');
const script = new vm.Script(`(function (exports, require, module, importModule) {${code}\n})`, {
  filename: codeFile,
  ...(existsSync(compiledFile) && { cachedData: readFileSync(compiledFile) }),
});
const loaded = { exports: {} as { readonly runChild: typeof runChild } };
const importModule = (address: string) => import(address);
(script.runInThisContext() as Evaluate)(loaded.exports, createRequire(codeFile), loaded, importModule);

type Evaluate = (
  exports: object,
  require: NodeJS.Require,
  module: object,
  importModule: (address: string) => Promise<unknown>,
) => void;

async function main(): Promise<void> {
  // Loaded, and waiting: what a restart costs is not in the way of the kills.
  process.send!('ready');
  const [orders] = (await once(process, 'message')) as [Orders];
  process.env['REFRAIN_DEATH'] = JSON.stringify(orders.death);
  await loaded.exports.runChild(orders);
  if (orders.keepsCompiledCode) {
    writeFileSync(`${compiledFile}.new`, script.createCachedData());
    renameSync(`${compiledFile}.new`, join(dirname(codeFile), 'child.compiled'));
  }
  process.disconnect();
}

void main();
