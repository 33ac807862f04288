import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ReplayResult } from '@refrain/engine';
import { replayHistories } from '@refrain/engine';
import { afterAll, describe, expect, it } from 'vitest';
import type { SdkVersion } from '../temporal/project.js';
import { histories, sdkVersions, temporalProject } from '../temporal/project.js';

/** Folder of histories → the SDK that recorded them. */
const recorded: Readonly<Record<string, SdkVersion>> = {
  'temporal-1.9.3': '1.9',
  'temporal-1.11.8': '1.11',
  'temporal-1.13.2': '1.13',
  temporal: '1.24',
};

/** What an SDK newer than the recording one does differently in these programs; the details are theirs. */
const known: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'temporal-1.9.3': {
    // Enum values that 1.9 did not know by these names.
    'parent.json': 'drift',
    'retries.json': 'drift',
  },
  'temporal-1.11.8': {
    // An attribute that was removed is still listed by 1.11.
    'attributes.json': 'drift',
  },
  temporal: {
    // Needs the project's payload converter.
    'convertedPayloads.json': 'invalid',
  },
};

async function replayFolder(project: string, folder: string, cuts: 'all' | 'last'): Promise<ReplayResult[]> {
  const sources = readdirSync(join(histories, folder)).map((name) => ({
    name,
    history: readFileSync(join(histories, folder, name)),
  }));
  const results: ReplayResult[] = [];
  const options = {
    workflowsPath: join(project, 'programs/index.ts'),
    workflowInterceptorModules: [join(project, 'programs/interceptors.ts')],
    cuts,
  };
  for await (const result of replayHistories(options, sources)) results.push(result);
  return results;
}

function unexpected(results: readonly ReplayResult[], expected: Readonly<Record<string, string>>) {
  return results.flatMap(({ history, verdict, divergence }) =>
    verdict === (expected[history] ?? 'compatible') ? [] : [`${history}: ${verdict}: ${divergence?.message}`],
  );
}

describe('histories that a Temporal server recorded', () => {
  const projects = new Map(sdkVersions.map((version) => [version, temporalProject(version)]));
  afterAll(() => projects.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

  for (const [folder, recordedBy] of Object.entries(recorded)) {
    for (const version of sdkVersions) {
      if (sdkVersions.indexOf(version) < sdkVersions.indexOf(recordedBy)) continue;
      it(`${folder} replay on @temporalio/workflow ${version}`, async () => {
        const results = await replayFolder(projects.get(version)!, folder, 'last');
        expect(results.length).toBeGreaterThan(25);
        expect(
          unexpected(results, version === recordedBy && folder !== 'temporal' ? {} : (known[folder] ?? {})),
        ).toEqual([]);
      });
    }
  }

  it('agree at every cut, with queries between', async () => {
    const results = await replayFolder(projects.get('1.24')!, 'temporal', 'all');
    expect(unexpected(results, known['temporal']!)).toEqual([]);
  });
});
