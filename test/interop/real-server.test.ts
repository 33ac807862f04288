import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replayHistories } from '@refrain/engine';
import { afterAll, describe, expect, it } from 'vitest';
import { histories, programs } from '../engine/temporal/project.js';
import { recordHistories, recordTricky } from './record-histories.js';
import { findTemporal } from './temporal-server.mjs';

const scenarios = ['greet', 'localAndTimers', 'updates', 'parent', 'patchedFlow', 'cancelBeforeSent'];
const binary = findTemporal();

describe.skipIf(!binary)(
  `a real Temporal server${binary ? '' : ' (no `temporal` binary: install Go and run test/interop/record.mjs once)'}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'refrain-recorded-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('records histories, by a real worker, that replay here', { timeout: 180_000 }, async () => {
      await recordHistories({ out: folder, scenarios });
      const sources = readdirSync(folder).map((name) => ({
        name,
        history: readFileSync(join(folder, name)),
      }));
      expect(sources.map(({ name }) => name).sort()).toEqual(scenarios.map((name) => `${name}.json`).sort());
      const options = {
        workflowsPath: join(programs, 'index.ts'),
        workflowInterceptorModules: [join(programs, 'interceptors.ts')],
        cuts: 'all' as const,
      };
      for await (const { history, verdict, divergence } of replayHistories(options, sources)) {
        expect([history, verdict, divergence?.message]).toEqual([history, 'compatible', undefined]);
      }
    });

    it('records the difficult programs as it did', { timeout: 180_000 }, async () => {
      const out = join(folder, 'tricky.out');
      await recordTricky({ out });
      const [now, before] = [out, join(histories, 'tricky.json')].map(
        (path) => JSON.parse(readFileSync(path, 'utf8')) as object,
      );
      expect(now).toEqual(before);
    });
  },
);
