import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReplayResult } from '@refrain/engine';
import { formatReplay, replayHistory } from '@refrain/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repository } from '../temporal/project.js';
import type { Api } from './record.js';
import { apis, recordHistory } from './record.js';

/** The workflow as it was when the history was recorded. */
const recorded = `
  await reserve(id);
  await sleep('10 seconds');
  await charge(id);
  await ship(id, 'standard');
  return 'shipped';`;

interface Change {
  readonly body: string;
  readonly verdict: ReplayResult['verdict'];
  readonly code?: string;
  /** Text of the line that the report must point at. */
  readonly at?: string;
  readonly workflowTask?: number;
  readonly eventType?: string;
  readonly field?: string;
  readonly cause?: RegExp;
  readonly fix?: RegExp;
}

const changes: Readonly<Record<string, Change>> = {
  'nothing changed': { body: recorded, verdict: 'compatible' },
  'an activity inserted in the middle': {
    body: recorded.replace('await charge', 'await audit(id);\n  await charge'),
    verdict: 'incompatible',
    code: 'RFN3015',
    at: 'await audit(id);',
    workflowTask: 3,
    eventType: 'ActivityTaskScheduled',
    cause: /^Inserted: the activity `audit`.*before the activity `charge`/,
    fix: /if \(patched\('add-audit'\)\) \{\n\s+await audit\(id\);/,
  },
  'a timer inserted at the beginning': {
    body: `\n  await sleep('5 seconds');${recorded}`,
    verdict: 'incompatible',
    code: 'RFN3015',
    at: "await sleep('5 seconds');",
    workflowTask: 1,
    cause: /^Inserted: the timer of 5 s/,
  },
  'an activity removed': {
    body: recorded.replace('await charge(id);', ''),
    verdict: 'incompatible',
    code: 'RFN3011',
    at: "await ship(id, 'standard');",
    workflowTask: 3,
    eventType: 'ActivityTaskScheduled',
    cause: /^Removed: .*activity `charge`/,
    fix: /if \(!patched\('remove-charge'\)\)/,
  },
  'two activities swapped': {
    body: recorded
      .replace('await charge(id);', '')
      .replace("'standard');", "'standard');\n  await charge(id);"),
    verdict: 'incompatible',
    code: 'RFN3010',
    at: "await ship(id, 'standard');",
    workflowTask: 3,
    cause: /^Reordered: the activity `(ship` now comes earlier|charge` now comes later)/,
  },
  'another activity in its place': {
    body: recorded.replace('await charge(id);', 'await bill(id);'),
    verdict: 'incompatible',
    code: 'RFN3010',
    at: 'await bill(id);',
    workflowTask: 3,
    field: 'activityType.name',
    cause: /^Changed: .*activity `charge`.*activity `bill`/,
  },
  'the end reached too early': {
    body: recorded.replace('await charge(id);', "return 'early';\n"),
    verdict: 'incompatible',
    workflowTask: 3,
  },
  'a timer where an activity was': {
    body: recorded.replace('await charge(id);', "await sleep('1 minute');"),
    verdict: 'incompatible',
    at: "await sleep('1 minute');",
    workflowTask: 3,
  },
  'another input': {
    body: recorded.replace("'standard'", "'express'"),
    verdict: 'drift',
    code: 'RFN3014',
    at: "await ship(id, 'express');",
    field: 'input',
    workflowTask: 4,
  },
  'another duration': {
    body: recorded.replace('10 seconds', '20 seconds'),
    verdict: 'drift',
    code: 'RFN3014',
    field: 'startToFireTimeoutMs',
    workflowTask: 2,
  },
  'another result': { body: recorded.replace("'shipped'", "'sent'"), verdict: 'drift', field: 'result' },
  'a patch that keeps the old way': {
    body: recorded.replace(
      'await charge(id);',
      "if (patched('audit')) await audit(id);\n  await charge(id);",
    ),
    verdict: 'compatible',
  },
  'an error where there was none': {
    body: recorded.replace('await charge(id);', "throw new TypeError('a slip');"),
    verdict: 'incompatible',
    code: 'RFN3013',
    at: "throw new TypeError('a slip');",
    cause: /a slip/,
  },
};

function source(api: Api, body: string): string {
  return `import { patched, proxyActivities, sleep } from '${api}';

interface Activities {
  reserve(id: string): Promise<void>;
  charge(id: string): Promise<void>;
  bill(id: string): Promise<void>;
  audit(id: string): Promise<void>;
  ship(id: string, how: string): Promise<void>;
}
const { reserve, charge, bill, audit, ship } = proxyActivities<Activities>({ startToCloseTimeout: '1 minute' });
void [patched, sleep, reserve, charge, bill, audit, ship];

export async function order(id: string): Promise<string> {${body}
}
`;
}

describe.each(apis)('explanations for code on %s', (api) => {
  let folder: string;
  let history: { events: Record<string, unknown>[] };
  const write = (name: string, body: string) => {
    const file = join(folder, `${name.replaceAll(' ', '-')}.ts`);
    writeFileSync(file, source(api, body));
    return file;
  };

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'refrain-explain-')));
    mkdirSync(join(folder, 'node_modules'));
    for (const scope of ['@refrain', '@temporalio']) {
      symlinkSync(join(repository, 'node_modules', scope), join(folder, 'node_modules', scope));
    }
    history = await recordHistory(api, write('recorded', recorded), 'order', { args: ['o-1'] });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  for (const [name, change] of Object.entries(changes)) {
    it(`${name}: ${change.verdict}`, async () => {
      const workflowsPath = write(name, change.body);
      const result = await replayHistory({ workflowsPath }, history, 'order.json');
      const { divergence } = result;
      expect(result.verdict, divergence?.message).toBe(change.verdict);
      if (change.code) expect(divergence?.code).toBe(change.code);
      if (change.workflowTask) expect(divergence?.workflowTask).toBe(change.workflowTask);
      if (change.field) expect(divergence?.field).toBe(change.field);
      if (change.cause) expect(divergence?.cause).toMatch(change.cause);
      if (change.fix) expect(divergence?.fix).toMatch(change.fix);
      if (change.eventType) {
        const event = history.events[Number(divergence?.eventId) - 1];
        expect(event?.['eventType']).toBe(
          `EVENT_TYPE_${change.eventType.replaceAll(/(?<=.)([A-Z])/g, '_$1').toUpperCase()}`,
        );
      }
      if (change.at) {
        const lines = source(api, change.body).split('\n');
        expect(divergence?.file).toBe(workflowsPath);
        expect(lines[divergence!.line! - 1]?.trim()).toContain(change.at);
        expect(divergence?.frame).toContain(`> ${divergence?.line}`);
      }
    });
  }

  it('writes the JSON of the contract', async () => {
    const workflowsPath = write('json', changes['an activity inserted in the middle']!.body);
    const result = await replayHistory({ workflowsPath }, history, 'order.json');
    const json = JSON.parse(formatReplay([result], 'json', { cwd: folder })) as {
      results: Record<string, unknown>[];
    };
    expect(json).toMatchObject({
      version: 1,
      results: [
        {
          history: 'order.json',
          workflowType: 'order',
          workflowId: 'w',
          runId: 'run-1',
          events: history.events.length,
          verdict: 'incompatible',
          divergence: {
            code: 'RFN3015',
            eventId: expect.stringMatching(/^\d+$/) as string,
            workflowTask: 3,
            attempted: { type: 'scheduleActivity', activityType: 'audit' },
            file: 'json.ts',
            line: expect.any(Number) as number,
            cause: expect.any(String) as string,
            fix: expect.any(String) as string,
          },
        },
      ],
      summary: { compatible: 0, drift: 0, vacuous: 0, incompatible: 1, invalid: 0 },
    });
  });
});
