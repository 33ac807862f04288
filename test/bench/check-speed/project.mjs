// Layered projects for the speed of `refrain check`: workflows call services, services call helpers, with
// classes, callbacks, closures and barrels between. A function of the numbers given: two runs make the
// same bytes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const areas = ['order', 'invoice', 'stock', 'parcel', 'refund', 'ledger', 'quote'];

/**
 * Writes a project of about `lines` lines into a directory; gives the lines that were written. `share`
 * domains have a core (base class, generic helpers) in common; what they give it flows together there.
 */
export function writeProject(directory, lines, share = 12) {
  let written = 0;
  const write = (path, text) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
    if (path.startsWith('src/')) written += text.split('\n').length - 1;
  };
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2022'],
    module: 'nodenext',
    strict: true,
    noEmit: true,
    types: [],
  };
  write('package.json', JSON.stringify({ name: 'shop', type: 'module', private: true }));
  write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['src'] }));
  write(
    'src/globals.d.ts',
    'declare const process: { env: Record<string, string | undefined> };\ndeclare const performance: { now(): number };\n',
  );
  writeEngine(write);
  const domains = Math.max(1, Math.round(lines / 345));
  for (let context = 0; context * share < domains; context++) writeCore(write, `src/core-${context}`);
  for (let index = 0; index < domains; index++)
    writeDomain(
      (path, text) => write(path, text.replaceAll('/core/', `/core-${Math.floor(index / share)}/`)),
      index,
      domains,
    );
  return written;
}

function writeCore(write, folder) {
  write(`${folder}/collections.ts`, collections);
  write(`${folder}/result.ts`, result);
  write(`${folder}/base-service.ts`, baseService);
  write(
    `${folder}/index.ts`,
    "export * from './collections.js';\nexport * from './result.js';\nexport { BaseService, type Listener } from './base-service.js';\n",
  );
}

/** The engine as a project sees it: declarations alone, which is all that the type checker needs. */
export function writeEngine(write) {
  const home = 'node_modules/@temporalio/workflow';
  const meta = { name: '@temporalio/workflow', version: '1.0.0', types: './index.d.ts', main: './index.js' };
  write(`${home}/package.json`, JSON.stringify(meta));
  write(`${home}/index.js`, 'module.exports = {};\n');
  write(
    `${home}/index.d.ts`,
    `export declare function proxyActivities<A>(options: { startToCloseTimeout?: string }): A;
export declare function sleep(duration: string | number): Promise<void>;
export declare function condition(predicate: () => boolean, timeout?: string): Promise<boolean>;
export declare function defineSignal<Args extends unknown[]>(name: string): { name: string; args: Args };
export declare function setHandler<Args extends unknown[]>(signal: { args: Args }, handler: (...args: Args) => void): void;
`,
  );
}

function writeDomain(write, index, domains) {
  const area = areas[index % areas.length];
  const folder = `src/${area}-${index}`;
  const name = `${area[0].toUpperCase()}${area.slice(1)}${index}`;
  const helpers = 4;
  for (let helper = 0; helper < helpers; helper++)
    write(`${folder}/helpers/step-${helper}.ts`, helperText(index, helper, helper + 1 < helpers));
  const names = Array.from({ length: helpers }, (_, helper) => `export * from './step-${helper}.js';\n`);
  write(`${folder}/helpers/index.ts`, names.join(''));
  write(`${folder}/model.ts`, modelText(name));
  write(`${folder}/service.ts`, serviceText(index, name, domains));
  write(
    `${folder}/index.ts`,
    `export * from './model.js';\nexport { ${name}Service } from './service.js';\n`,
  );
  for (let flow = 0; flow < 2; flow++)
    write(`src/workflows/${area}-${index}-${flow}.ts`, workflowText(index, name, area, flow));
}

const collections = `export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [item]);
    else known.push(item);
  }
  return groups;
}

export function sumOf<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((sum, item) => sum + valueOf(item), 0);
}

export function uniqueBy<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item] as const)).values()];
}

export function pipe<A, B, C>(first: (value: A) => B, second: (value: B) => C): (value: A) => C {
  return (value) => second(first(value));
}
`;

const result = `export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function failed<T>(reason: string): Result<T> {
  return { ok: false, reason };
}

export function mapResult<T, U>(result: Result<T>, change: (value: T) => U): Result<U> {
  return result.ok ? ok(change(result.value)) : failed(result.reason);
}

export async function attempt<T>(run: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await run());
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}
`;

const baseService = `export type Listener<T> = (item: T) => void;

export abstract class BaseService<T extends { readonly id: string }> {
  protected readonly items: T[] = [];
  readonly #listeners: Listener<T>[] = [];

  abstract describe(item: T): string;

  onChange(listener: Listener<T>): this {
    this.#listeners.push(listener);
    return this;
  }

  add(item: T): void {
    this.items.push(item);
    for (const listener of this.#listeners) listener(item);
  }

  find(id: string): T | undefined {
    return this.items.find((item) => item.id === id);
  }

  summary(): string {
    return this.items.map((item) => this.describe(item)).join('; ');
  }
}
`;

function helperText(index, helper, hasNext) {
  const own = `${index}x${helper}`;
  const next = `${index}x${helper + 1}`;
  const functions = Array.from(
    { length: 4 },
    (_, part) => `
export function adjust${own}p${part}(lines: readonly Line${own}[], options: Options${own} = defaults${own}): Line${own}[] {
  const names = options.names ?? [];
  return lines
    .filter((line) => line.amount > ${part} && !names.includes(line.sku))
    .map((line) => ({ ...line, amount: scale${own}(line.amount, options.rate ?? ${part + 1}) }));
}
`,
  );
  return `import { groupBy, sumOf } from '../../core/index.js';
${hasNext ? `import { total${next} } from './step-${helper + 1}.js';\n` : ''}
export interface Line${own} {
  readonly sku: string;
  readonly amount: number;
}

export interface Options${own} {
  readonly rate?: number;
  readonly names?: readonly string[];
}

const defaults${own}: Options${own} = { rate: ${(index % 7) + 1}, names: ['a', 'b'] };

function scale${own}(amount: number, rate: number): number {
  return Math.round(amount * rate * 100) / 100;
}
${functions.join('')}
export function total${own}(lines: readonly Line${own}[]): number {
  const groups = groupBy(adjust${own}p0(lines), (line) => line.sku);
  let total = ${hasNext ? `total${next}(lines)` : '0'};
  for (const [sku, group] of groups) total += sku.length + sumOf(group, (line) => line.amount);
  return total;
}
`;
}

function modelText(name) {
  return `import { uniqueBy } from '../core/index.js';

export interface ${name}Item {
  readonly id: string;
  readonly lines: readonly { readonly sku: string; readonly amount: number }[];
}

export class ${name} {
  readonly id: string;
  #lines: { sku: string; amount: number }[] = [];

  constructor(item: ${name}Item) {
    this.id = item.id;
    for (const line of uniqueBy(item.lines, (each) => each.sku)) this.add(line.sku, line.amount);
  }

  get lines(): readonly { sku: string; amount: number }[] {
    return this.#lines;
  }

  add(sku: string, amount: number): this {
    this.#lines.push({ sku, amount });
    return this;
  }

  mapLines(change: (amount: number) => number): ${name} {
    const copy = new ${name}({ id: this.id, lines: [] });
    for (const line of this.#lines) copy.add(line.sku, change(line.amount));
    return copy;
  }

  toJSON(): ${name}Item {
    return { id: this.id, lines: this.#lines };
  }
}
`;
}

function serviceText(index, name, domains) {
  const other = (index * 7 + 1) % domains;
  const otherArea = areas[other % areas.length];
  const otherName = `${otherArea[0].toUpperCase()}${otherArea.slice(1)}${other}`;
  const linked = index % 3 === 0 && other !== index;
  return `import { BaseService, attempt, mapResult, pipe, type Result } from '../core/index.js';
import { adjust${index}x1p2, total${index}x0, total${index}x2 } from './helpers/index.js';
import { ${name}, type ${name}Item } from './model.js';
${linked ? `import { ${otherName}Service } from '../${otherArea}-${other}/index.js';\n` : ''}
export class ${name}Service extends BaseService<${name}> {
  readonly #rate: number;
${linked ? `  readonly #next = new ${otherName}Service(2);\n` : ''}
  constructor(rate: number) {
    super();
    this.#rate = rate;
    this.onChange((item) => this.check(item));
  }

  describe(item: ${name}): string {
    return \`\${item.id}: \${this.total(item)}\`;
  }

  open(item: ${name}Item): ${name} {
    const made = new ${name}(item).mapLines((amount) => amount * this.#rate);
    this.add(made);
    return made;
  }

  total(item: ${name}): number {
    const priced = pipe((lines: ${name}['lines']) => adjust${index}x1p2(lines), (lines) => total${index}x2(lines));
    return priced(item.lines) + total${index}x0(item.lines)${linked ? ' + this.#next.weigh(item.lines.length)' : ''};
  }

  weigh(count: number): number {
    return this.items.length * count * this.#rate;
  }

  check(item: ${name}): void {
    if (this.total(item) < 0) throw new Error(this.describe(item));
  }

  async settle(item: ${name}, pay: (id: string, total: number) => Promise<string>): Promise<Result<string>> {
    const paid = await attempt(() => pay(item.id, this.total(item)));
    return mapResult(paid, (receipt) => \`\${this.summary()} \${receipt}\`);
  }
}
`;
}

function workflowText(index, name, area, flow) {
  const clock =
    index % 5 === 0 && flow === 0
      ? "\n  if ((process.env.REGION ?? String(performance.now())) === 'x') return [];"
      : '';
  return `import { condition, defineSignal, proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import { sumOf } from '../core/index.js';
import { ${name}Service, type ${name}Item } from '../${area}-${index}/index.js';

interface Activities {
  charge(id: string, amount: number): Promise<string>;
  notify(text: string): Promise<void>;
}

const { charge, notify } = proxyActivities<Activities>({ startToCloseTimeout: '1 minute' });
const approve = defineSignal<[string]>('approve');

export async function ${area}${index}Flow${flow}(items: ${name}Item[]): Promise<string[]> {
  const service = new ${name}Service(${flow + 2});
  const approved: string[] = [];
  setHandler(approve, (id) => {
    approved.push(id);
  });${clock}
  const receipts: string[] = [];
  for (const item of items) {
    const opened = service.open(item);
    await condition(() => approved.includes(opened.id), '1 day');
    const settled = await service.settle(opened, (id, total) => charge(id, total));
    if (settled.ok) receipts.push(settled.value);
    else await notify(settled.reason);
  }
  await sleep('1 hour');
  await notify(\`\${sumOf(receipts, (receipt) => receipt.length)}\`);
  return receipts;
}
`;
}
