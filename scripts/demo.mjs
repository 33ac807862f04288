// `npm run demo`: the path of an order through all parts of Refrain, told step by step. Ends with `demo: ok`,
// or exits 1 at the first step that is not as said.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const example = join(root, 'docs', 'examples', 'order');
const cli = join(root, 'cli', 'bin', 'refrain.js');
const scratch = mkdtempSync(join(tmpdir(), 'refrain-demo-'));
const processes = new Set();
process.on('exit', () => {
  for (const child of processes) child.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

const order = {
  orderId: 'order-7',
  customer: 'ada',
  items: [{ sku: 'desk', quantity: 3, unitPrice: 45_000 }],
};

const say = (text) => console.log(text);
const heading = (number, text) => say(`\n${number}. ${text}\n`);
const show = (text) => say(text.trimEnd().replace(/^/gm, '   | '));

function expect(condition, what) {
  if (!condition) {
    say(`   ✗ ${what}`);
    process.exit(1);
  }
  say(`   ✓ ${what}`);
}

/** A copy of the example that can import what is installed here; `edits` maps files to functions of their text. */
function copyOfExample(name, edits = {}) {
  const folder = join(scratch, name);
  cpSync(example, folder, { recursive: true, filter: (file) => !file.includes('node_modules') });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
  for (const [file, edit] of Object.entries(edits)) {
    const path = join(folder, file);
    let text = '';
    try {
      text = readFileSync(path, 'utf8');
    } catch {
      // The edit makes the file.
    }
    writeFileSync(path, edit(text));
  }
  return folder;
}

function replaceOnce(text, from, to) {
  if (!text.includes(from)) throw new Error(`the example no longer holds: ${from}`);
  return text.replace(from, to);
}

function run(command, args, cwd = scratch) {
  say(
    `   $ ${[command === process.execPath ? 'refrain' : command, ...args.filter((arg) => arg !== cli)].join(' ')}`,
  );
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  return { status, output: stdout + stderr, stdout };
}
const refrain = (args, cwd) => run(process.execPath, [cli, ...args], cwd);

async function until(what, probe, timeoutMs = 20_000) {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    const value = await probe();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(false, `${what} within ${timeoutMs / 1000} s`);
}

/** `refrain dev` on the order's file; resolves with its address when it listens. */
async function startDev(folder, log) {
  const args = [
    'dev',
    '--workflows',
    'src/workflows.ts',
    '--activities',
    'src/activities.ts',
    '--file',
    'order.db',
  ];
  const child = spawn(process.execPath, [cli, ...args, '--port', '0', '--no-watch'], {
    cwd: folder,
    env: { ...process.env, ORDER_LOG: log },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  processes.add(child);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  const address = await until(
    'the engine listens',
    () => /workflows on[^]*/.test(output) && /on (\S+:\d+)\n/.exec(output)?.[1],
  );
  say(`   $ ${['refrain', ...args].join(' ')}   (process ${child.pid})`);
  return { child, address };
}

heading(1, 'The analyzer proves the order workflow deterministic');
{
  const clean = refrain(['check', example, '--no-cache']);
  show(clean.output);
  expect(clean.status === 0 && clean.output.includes('no findings'), 'nothing found, exit 0');
}

heading(
  2,
  'A clock, three calls below the workflow, is found at its line, by the analyzer and in the editor',
);
const late = copyOfExample('late', {
  'src/workflows.ts': (text) =>
    replaceOnce(
      replaceOnce(
        text,
        'import { Compensations }',
        "import { priceOf } from './pricing.js';\nimport { Compensations }",
      ),
      'totalOf(order)',
      'priceOf(totalOf(order))',
    ),
  'src/pricing.ts': () =>
    "import { rebate } from './rebate.js';\n\nexport function priceOf(total: number): number {\n  return total - rebate(total);\n}\n",
  'src/rebate.ts': () =>
    "import { isHappyHour } from './hours.js';\n\nexport function rebate(total: number): number {\n  return isHappyHour() ? total / 10 : 0;\n}\n",
  'src/hours.ts': () =>
    'export function isHappyHour(): boolean {\n  return Math.floor(Date.now() / 3_600_000) % 24 === 17;\n}\n',
});
{
  const found = refrain(['check', '.', '--no-cache', '--verbose'], late);
  show(found.output);
  expect(
    found.status === 1 && found.output.includes('src/hours.ts:2'),
    'the finding stands at src/hours.ts:2, exit 1',
  );
  expect(/orderWorkflow[^]*priceOf[^]*rebate[^]*isHappyHour/.test(found.output), 'with the chain of calls');
  const linted = run('npx', ['--no-install', 'eslint', 'src'], late);
  show(linted.output);
  expect(
    /workflows\.ts[^]*(wall-clock|Date\.now)/.test(linted.output),
    "ESLint, with the example's own config, says so too",
  );
}

heading(3, 'A test skips the 24 hours in milliseconds');
{
  const tested = run(
    'npx',
    ['--no-install', 'vitest', 'run', 'docs/examples/order', '--reporter=verbose'],
    root,
  );
  show(tested.output);
  expect(tested.status === 0, "the example's tests pass");
}

heading(4, 'The engine survives SIGKILL between two activities');
const home = copyOfExample('home');
const log = join(home, 'activities.log');
let address;
{
  const first = await startDev(home, log);
  const at = ['--address', first.address, '-w', order.orderId];
  const started = refrain([
    'workflow',
    'start',
    ...at,
    '--type',
    'orderWorkflow',
    '--args',
    JSON.stringify([order]),
  ]);
  show(started.output);
  const status = (where) =>
    spawnSync(
      process.execPath,
      [cli, 'workflow', 'query', '--address', where, '-w', order.orderId, '--name', 'status'],
      { encoding: 'utf8' },
    ).stdout;
  await until('the order waits for approval', () => status(first.address).includes('awaiting approval'));
  expect(true, 'inventory is reserved, the order waits for approval');
  first.child.kill('SIGKILL');
  await new Promise((resolve) => first.child.once('exit', resolve));
  say(`   process ${first.child.pid} is killed (SIGKILL)`);
  const second = await startDev(home, log);
  address = second.address;
  const approved = refrain([
    'workflow',
    'signal',
    '--address',
    address,
    '-w',
    order.orderId,
    '--name',
    'approve',
    '--args',
    '[true]',
  ]);
  show(approved.output);
  const result = refrain(['workflow', 'result', '--address', address, '-w', order.orderId]);
  show(result.output);
  expect(result.status === 0, 'the workflow completed');
  const ran = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[0]);
  show(ran.join('\n'));
  expect(
    ran.join() === 'reserveInventory,chargePayment,shipOrder,confirmOrder',
    'the log on disk shows each activity once: none that had completed ran again',
  );
}

heading(5, 'The history replays with the code that made it, and not with two activities swapped');
{
  const exported = refrain([
    'workflow',
    'show',
    '--address',
    address,
    '-w',
    order.orderId,
    '--format',
    'json',
  ]);
  const history = join(scratch, 'order-7.json');
  writeFileSync(history, exported.stdout);
  const good = refrain(['replay', history, '--workflows', join(home, 'src/workflows.ts'), '--cuts', 'all']);
  show(good.output);
  expect(good.status === 0 && good.output.includes('compatible'), 'compatible, at every cut');
  const swapped = copyOfExample('swapped', {
    'src/workflows.ts': (text) => {
      const charge = 'await chargePayment(order.orderId, order.customer, total);';
      const ship = 'const trackingId = await shipOrder(order.orderId);';
      return replaceOnce(replaceOnce(replaceOnce(text, charge, '<charge>'), ship, charge), '<charge>', ship);
    },
  });
  const bad = refrain(['replay', history, '--workflows', join(swapped, 'src/workflows.ts')]);
  show(bad.output);
  const source = readFileSync(join(swapped, 'src/workflows.ts'), 'utf8').split('\n');
  const line = source.findIndex((text) => text.includes('await shipOrder')) + 1;
  expect(bad.status === 1 && bad.output.includes('incompatible'), 'incompatible, exit 1');
  expect(
    bad.output.includes(`workflows.ts:${line}`),
    `the report shows the swapped call, workflows.ts:${line}`,
  );
}

say('\ndemo: ok');
process.exit(0);
