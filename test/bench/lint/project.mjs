// A project of workflow files and helpers for the benchmark and for the test of an editor session.
// Everything is a function of the numbers given: two runs make the same bytes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const workflowFile = (index) => `src/workflows/flow-${index}.ts`;
export const helperFile = (index) => `src/lib/part-${index}.ts`;

/** `files` modules: a tenth of them workflows, each calling the start of a chain of `depth` helpers. */
export function writeProject(directory, { files = 200, depth = 6 } = {}) {
  const workflows = Math.ceil(files / 10);
  const helpers = files - workflows;
  mkdirSync(join(directory, 'src/workflows'), { recursive: true });
  mkdirSync(join(directory, 'src/lib'), { recursive: true });
  const tsconfig = {
    compilerOptions: {
      target: 'es2022',
      lib: ['es2022'],
      module: 'nodenext',
      strict: true,
      noEmit: true,
      types: [],
    },
    include: ['src'],
  };
  write(directory, 'tsconfig.json', JSON.stringify(tsconfig));
  write(directory, 'package.json', JSON.stringify({ name: 'shop', type: 'module', private: true }));
  write(directory, 'src/globals.d.ts', 'declare function fetch(url: string): Promise<unknown>;\n');
  for (let index = 0; index < helpers; index++)
    write(directory, helperFile(index), helperText(index, (index + 1) % depth !== 0 && index + 1 < helpers));
  for (let index = 0; index < workflows; index++) {
    const helper = Math.floor((index * helpers) / workflows / depth) * depth;
    write(directory, workflowFile(index), workflowText(index, helper));
  }
  return { workflows, helpers, depth };
}

export function workflowText(index, helper, extra = '') {
  return `import { proxyActivities, sleep } from '@temporalio/workflow';
import { Part${helper}, part${helper} } from '../lib/part-${helper}.js';

const { charge, ship } = proxyActivities<{ charge(id: string, amount: number): Promise<string>; ship(id: string): Promise<void> }>({
  startToCloseTimeout: '1 minute',
});

export interface Order${index} {
  readonly id: string;
  readonly items: readonly { readonly sku: string; readonly price: number }[];
}

/** Charges, waits and ships. */
export async function flow${index}(order: Order${index}): Promise<number> {
  const part = new Part${helper}(order.id);
  let total = 0;
  for (const item of order.items) total += item.price * part${helper}(item.sku.length);
  const receipt = await charge(order.id, total);
  await sleep('1 hour');
  if (part.matches(receipt)) await ship(order.id);${extra}
  return total;
}
`;
}

export function helperText(index, hasNext, body = '') {
  const next = index + 1;
  return `${hasNext ? `import { part${next} } from './part-${next}.js';\n` : ''}
export interface Options${index} {
  readonly rate?: number;
  readonly names?: readonly string[];
}

const defaults${index}: Options${index} = { rate: ${(index % 7) + 1}, names: ['a', 'b', 'c'] };

export class Part${index} {
  readonly #id: string;

  constructor(id: string) {
    this.#id = id;
  }

  matches(other: string): boolean {
    return normalise${index}(other).startsWith(normalise${index}(this.#id));
  }

  describe(options: Options${index} = defaults${index}): string {
    return (options.names ?? []).map((name, place) => \`\${place}: \${name}\`).join(', ');
  }
}

function normalise${index}(text: string): string {
  return text.trim().toLowerCase().replaceAll('-', '_');
}

export function part${index}(value: number): number {${body}
  const rate = defaults${index}.rate ?? 1;
  const scaled = [1, 2, 3].map((factor) => factor * value * rate).reduce((sum, item) => sum + item, 0);
  return ${hasNext ? `part${next}(scaled)` : 'scaled'} % 1000;
}
`;
}

function write(directory, file, text) {
  writeFileSync(join(directory, file), text);
}
