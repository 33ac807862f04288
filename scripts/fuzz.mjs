// `npm run fuzz [-- --runs N] [--seed S] [--rounds R]`: the generated programs of the properties (of the replay core, the
// simulated service and the analyzer), of the comparison with Temporal's runtime and of the comparison with its replayer,
// and hostile requests to the front end. Round after round with a new seed, until one fails or the rounds are over;
// without --rounds it goes on until it is stopped. A failing round prints its seed.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const files = [
  'test/properties',
  'test/engine/runtime/against-temporal.test.ts',
  'test/interop/oracle/oracle.test.ts',
  'test/engine/frontend/fuzz.test.ts',
];

function option(name, fallback) {
  const index = process.argv.indexOf(`--${name}`);
  const value = index < 0 ? fallback : Number(process.argv[index + 1]);
  if (Number.isNaN(value)) {
    console.error(`fuzz: --${name} takes a number`);
    process.exit(2);
  }
  return value;
}

const runs = option('runs', 500);
const rounds = option('rounds', Infinity);
const firstSeed = option('seed', Date.now() % 1_000_000);

for (let round = 0; round < rounds; round++) {
  const seed = String(firstSeed + round);
  console.log(`fuzz: round ${round + 1}, seed ${seed}, ${runs} runs of each property`);
  const { status } = spawnSync(
    'npx',
    ['--no-install', 'vitest', 'run', ...files, '--testTimeout', '3600000'],
    {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        REFRAIN_RUNS: String(runs),
        REFRAIN_SEED: seed,
      },
    },
  );
  if (status !== 0) {
    console.error(`fuzz: failed with --seed ${seed} --runs ${runs}`);
    process.exit(1);
  }
}
