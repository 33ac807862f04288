import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  eventToJson,
  openEngine,
  readHistory,
  startServer,
  type Engine,
  type RunningServer,
} from '@refrain/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { histories, repository } from '../../engine/temporal/project.js';
import { recordHistories } from '../record-histories.js';
import { strandsOf } from '../tell-history.mjs';
import { cacheFolder, sdkVersions } from './versions.mjs';

const scenarios = [
  ...[
    'greet',
    'sequence',
    'retries',
    'localActivities',
    'patchedFlow',
    'counter',
    'signals',
    'updates',
    'parent',
  ],
  ...['cancelActivities', 'timers', 'intercepted', 'cleanup', 'convertedPayloads', 'externals'],
];
const howTo = 'not installed: node test/interop/older/install.mjs';

/** Other versions of Temporal's SDK, and other languages', where they have been installed. */
describe('on the embedded engine', () => {
  let folder: string;
  let engine: Engine;
  let server: RunningServer;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'refrain-older-'));
    engine = await openEngine({
      file: join(folder, 'engine.db'),
      searchAttributes: { RefrainKeyword: 'Keyword', RefrainInt: 'Int' },
    });
    server = await startServer({ service: engine.service, port: 0 });
  });
  afterEach(async () => {
    await server.close();
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const version of sdkVersions) {
    const sdk = join(cacheFolder, version);
    const isInstalled = existsSync(join(sdk, 'node_modules/@temporalio/worker'));
    const name = `version ${version} of the SDK records what the newest does on a real server`;
    it.skipIf(!isInstalled)(isInstalled ? name : `${name} (${howTo})`, { timeout: 120_000 }, async () => {
      await recordHistories({ out: folder, scenarios, address: server.address, sdk });
      for (const scenario of scenarios) {
        const [ours, recorded] = await Promise.all(
          [folder, join(histories, 'temporal')].map((at) => strands(at, scenario)),
        );
        expect([scenario, ours]).toEqual([scenario, recorded]);
      }
    });
  }

  const python = join(cacheFolder, 'python/bin/python');
  const hasPython = existsSync(python);
  it.skipIf(!hasPython)(
    `Temporal's Python SDK works${hasPython ? '' : ` (${howTo})`}`,
    { timeout: 60_000 },
    async () => {
      const program = join(repository, 'test/interop/older/program.py');
      const { stdout } = await promisify(execFile)(python, [program, server.address]);
      const result = ['attempt 3', 'finished', 'pushed'];
      expect(JSON.parse(stdout)).toEqual({ updated: 3, result, asked: 3 });
    },
  );
});

async function strands(folder: string, scenario: string): Promise<readonly string[]> {
  const path = join(folder, `${scenario}.json`);
  const events = await readHistory(readFileSync(existsSync(path) ? path : `${path}.gz`));
  return strandsOf(events.map(eventToJson), 'recorded');
}
