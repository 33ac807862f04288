// Projects over the TypeScript sources that well-known libraries publish, as `refrain check` meets them in a
// repository of many packages. They are fetched with `npm pack`, which runs no scripts, and only when asked for.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeEngine } from './project.mjs';

const workflowOf = (imports, body) => `import { proxyActivities } from '@temporalio/workflow';
${imports}
const { charge, find } = proxyActivities<{
  charge(id: string, amount: number): Promise<string>;
  find(word: string): Promise<readonly string[]>;
}>({ startToCloseTimeout: '1 minute' });
${body}`;

const rxjs = workflowOf(
  `import { from, lastValueFrom } from './rxjs/index';
import { bufferCount, concatMap, filter, map, reduce } from './rxjs/operators/index';
`,
  `
export async function searchWorkflow(words: string[]): Promise<string> {
  const found = await lastValueFrom(
    from(words).pipe(
      filter((word) => word.length > 2),
      bufferCount(2),
      concatMap((pair) => from(find(pair.join(' ')))),
      map((list) => list.length),
      reduce((sum, count) => sum + count, 0),
    ),
  );
  return charge('search', found);
}
`,
);

const zod = workflowOf(
  `import { z } from './zod/index.js';
`,
  `
const Line = z.object({ sku: z.string().min(1), amount: z.number().positive(), note: z.string().optional() });
const Order = z.object({
  id: z.string().regex(/^o-/),
  lines: z.array(Line).min(1),
  priority: z.enum(['low', 'high']).default('low'),
  labels: z.record(z.string(), z.string()),
});

export async function orderWorkflow(input: unknown): Promise<string> {
  const order = Order.parse(input);
  const skus = await find(order.lines.map((line) => line.sku).join(' '));
  return charge(order.id, order.lines.reduce((sum, line) => sum + line.amount, skus.length));
}
`,
);

const effect = workflowOf(
  `import { Effect, Either, HashMap, Option, pipe } from './effect/index.js';
`,
  `
const parse = (text: string): Either.Either<number, string> =>
  /^\\d+$/.test(text) ? Either.right(Number(text)) : Either.left(\`not a number: \${text}\`);

export async function countWorkflow(words: string[]): Promise<string> {
  const found = await find(words.join(' '));
  const program = Effect.gen(function* () {
    const numbers = yield* Effect.forEach(found, (word) => Effect.succeed(Either.getOrElse(parse(word), () => 0)));
    const byIndex = HashMap.fromIterable(numbers.map((count, index) => [index, count] as const));
    return pipe(byIndex, HashMap.get(0), Option.getOrElse(() => 0));
  });
  return charge('count', Effect.runSync(program));
}
`,
);

/** The libraries, the smallest first. */
export const libraries = {
  rxjs: { version: '7.8.2', workflow: rxjs },
  zod: { version: '4.1.12', workflow: zod },
  effect: { version: '3.18.4', workflow: effect },
};

/** Writes a project whose workflow uses the sources of a library. Gives what was wrong when they cannot be fetched. */
export function writeRealProject(directory, name) {
  const { version, workflow } = libraries[name];
  const fetched = fetchPackage(directory, `${name}@${version}`);
  if (fetched.problem !== undefined) return fetched.problem;
  mkdirSync(join(directory, 'src'), { recursive: true });
  cpSync(join(fetched.directory, 'src'), join(directory, 'src', name), { recursive: true });
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable', 'esnext.disposable'],
    module: 'esnext',
    moduleResolution: 'bundler',
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: [],
    paths: { [name]: [`./src/${name}/index.ts`], [`${name}/*`]: [`./src/${name}/*`] },
  };
  const write = (path, text) => {
    mkdirSync(join(directory, path, '..'), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  write('package.json', JSON.stringify({ name: 'shop', type: 'module', private: true }));
  write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['src/workflows.ts'] }));
  writeEngine(write);
  write('src/workflows.ts', workflow);
  return undefined;
}

function fetchPackage(directory, spec) {
  const packed = spawnSync('npm', ['pack', spec, '--silent', '--ignore-scripts'], {
    cwd: directory,
    encoding: 'utf8',
    timeout: 120_000,
    shell: process.platform === 'win32',
  });
  if (packed.status !== 0)
    return { problem: `${spec} cannot be fetched, which needs a network: ${packed.stderr.trim()}` };
  const archive = packed.stdout.trim().split('\n').at(-1);
  const unpacked = spawnSync('tar', ['xzf', archive], { cwd: directory, encoding: 'utf8' });
  if (unpacked.status !== 0) return { problem: `${archive} cannot be unpacked: ${unpacked.stderr.trim()}` };
  return { directory: join(directory, 'package') };
}
