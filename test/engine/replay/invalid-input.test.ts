import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HistorySource } from '@refrain/engine';
import { exitCodeOf, findHistories, openReplayer, replayHistories, summaryOf } from '@refrain/engine';
import { afterAll, describe, expect, it } from 'vitest';
import { histories, programs, temporalProject } from '../temporal/project.js';

interface Json {
  events: Record<string, unknown>[];
}

const read = (name: string) => JSON.parse(readFileSync(join(histories, 'temporal', name), 'utf8')) as Json;
const greet = () => read('greet.json');
const workflowsPath = join(programs, 'index.ts');

function changed(change: (json: Json) => void, name = 'greet.json'): Json {
  const json = read(name);
  change(json);
  return json;
}

function unknownEnd(workerMayIgnore: boolean): Json {
  return changed(({ events }) => {
    const last = events.pop()!;
    events.push({
      eventId: last['eventId'],
      eventTime: last['eventTime'],
      eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_REINCARNATED',
      workerMayIgnore,
      workflowExecutionReincarnatedEventAttributes: { as: 'a cat' },
    });
  }, 'terminated.json');
}

const cases: readonly (readonly [name: string, history: unknown, verdict: string, code?: string])[] = [
  ['a good one first', greet(), 'compatible'],
  ['truncated', JSON.stringify(greet()).slice(0, 700), 'invalid', 'RFN3024'],
  ['a gap in the event ids', changed(({ events }) => events.splice(3, 1)), 'invalid', 'RFN1004'],
  ['a repeated event', changed(({ events }) => events.splice(3, 0, events[3]!)), 'invalid', 'RFN1004'],
  ['a list of nothing', { events: [] }, 'invalid', 'RFN1004'],
  ['something else', { hello: 'world' }, 'invalid', 'RFN1001'],
  ['nothing', undefined, 'invalid', 'RFN1001'],
  [
    'another workflow type',
    changed(({ events }) => {
      (
        events[0]!['workflowExecutionStartedEventAttributes'] as Json & { workflowType: object }
      ).workflowType = {
        name: 'unheardOf',
      };
    }),
    'invalid',
    'RFN3021',
  ],
  ['a payload of a converter that was not given', read('convertedPayloads.json'), 'invalid', 'RFN3022'],
  ['an unknown event that matters', unknownEnd(false), 'invalid', 'RFN3020'],
  ['an unknown event that may be ignored', unknownEnd(true), 'compatible'],
  [
    'unknown attributes',
    changed(({ events }) => {
      events[4]!['futureField'] = { a: 1 };
      (events[4]!['activityTaskScheduledEventAttributes'] as Record<string, unknown>)['futureOption'] = 'b';
    }),
    'compatible',
  ],
  ['no completed workflow task', changed(({ events }) => events.splice(2)), 'vacuous', 'RFN3017'],
  ['a good one last', greet(), 'compatible'],
];

describe('histories that are none', () => {
  it('are invalid with a code, and the others go on', async () => {
    const sources: HistorySource[] = cases.map(([name, history]) => ({ name, history }));
    const seen: (readonly [string, string, string | undefined])[] = [];
    const verdicts = [];
    for await (const result of replayHistories({ workflowsPath }, sources)) {
      seen.push([result.history, result.verdict, result.divergence?.code]);
      verdicts.push(result);
    }
    expect(seen).toEqual(cases.map(([name, , verdict, code]) => [name, verdict, code]));
    expect(exitCodeOf(summaryOf(verdicts), false)).toBe(2);
  });

  it('name the unknown event', async () => {
    const replayer = await openReplayer({ workflowsPath });
    const { divergence } = await replayer.replay({ name: 'x', history: unknownEnd(false) });
    expect(`${divergence?.message} ${divergence?.cause}`).toContain('WORKFLOW_EXECUTION_REINCARNATED');
    expect(divergence?.eventId).toBe('6');
  });
});

describe('workflow code that cannot run', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'refrain-broken-')));
  const project = temporalProject('1.24');
  afterAll(() => [folder, project].forEach((path) => rmSync(path, { recursive: true, force: true })));

  it('is invalid for each history when a module throws at import', async () => {
    const file = join(project, 'programs', 'throwing.ts');
    writeFileSync(
      file,
      "import '@temporalio/workflow';\nthrow new Error('not here');\nexport async function greet() {}\n",
    );
    const replayer = await openReplayer({ workflowsPath: file });
    const { verdict, divergence } = await replayer.replay({ name: 'x', history: greet() });
    expect([verdict, divergence?.code]).toEqual(['invalid', 'RFN3023']);
    expect(divergence?.message).toContain('not here');
    expect([divergence?.file, divergence?.frame]).toEqual([file, expect.stringContaining('not here')]);
  });

  it('is refused when it cannot be bundled', async () => {
    const file = join(project, 'programs', 'unresolved.ts');
    writeFileSync(file, "import '@temporalio/workflow';\nimport './missing';\n");
    await expect(openReplayer({ workflowsPath: file })).rejects.toMatchObject({ code: 'RFN3002' });
    await expect(
      openReplayer({ workflowsPath: join(folder, 'nothing.ts'), api: 'temporal' }),
    ).rejects.toMatchObject({
      code: 'RFN3003',
    });
  });

  it('may import modules of Node that it does not use', async () => {
    const file = join(project, 'programs', 'node-import.ts');
    writeFileSync(
      file,
      "import fs from 'node:fs';\nexport const unused = () => fs;\nexport * from './activities';\n",
    );
    const replayer = await openReplayer({ workflowsPath: file });
    expect(await replayer.replay({ name: 'x', history: greet() })).toMatchObject({ verdict: 'compatible' });
  });

  it('reads payloads with the converter of the project', async () => {
    const replayer = await openReplayer({
      workflowsPath,
      payloadConverterPath: join(programs, '../payload-converter.ts'),
    });
    const history = read('convertedPayloads.json');
    expect(await replayer.replay({ name: 'x', history })).toMatchObject({ verdict: 'compatible' });
  });
});

describe('findHistories', () => {
  it('takes files, folders and globs, sorted and once', async () => {
    const names = async (...paths: string[]) =>
      (await findHistories(paths, histories)).map(({ name }) => name);
    expect(await names('temporal/greet.json', 'temporal/gree*.json')).toEqual(['temporal/greet.json']);
    expect(await names('temporal')).toContain('temporal/fanOut.json.gz');
    expect(await names('**/greet.{json,txt}')).toHaveLength(4);
    await expect(findHistories(['no/such'], histories)).rejects.toMatchObject({ code: 'RFN3025' });
    await expect(findHistories(['temporal/*.txt'], histories)).rejects.toMatchObject({ code: 'RFN3025' });
  });
});
