import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import type { HistoryForm } from '@refrain/engine';
import {
  diffHistories,
  readHistory,
  readHistoryJson,
  redactHistory,
  replayHistory,
  writeHistory,
} from '@refrain/engine';
import { describe, expect, it } from 'vitest';
import { histories, programs } from '../temporal/project.js';

const folder = join(histories, 'temporal');
const files = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))] as const);

describe('history files', () => {
  for (const form of ['json', 'json-pascal', 'binary'] satisfies HistoryForm[]) {
    for (const gzip of [false, true]) {
      it(`are the same after writing as ${form}${gzip ? ', zipped' : ''}, and reading`, async () => {
        for (const [name, bytes] of files) {
          const events = await readHistory(bytes);
          const again = await readHistory(await writeHistory(events, form, { gzip }));
          expect(diffHistories(events, again, { everything: true }), name).toEqual([]);
        }
      });
    }
  }

  it('may be a list of events, text, or what the SDKs return', async () => {
    const [, bytes] = files.find(([name]) => name === 'greet.json')!;
    const json = (await readHistoryJson(bytes)) as { events: unknown[] };
    const expected = await readHistory(bytes);
    for (const content of [json.events, JSON.stringify(json), { history: json }, gzipSync(gzipSync(bytes))]) {
      expect(diffHistories(expected, await readHistory(content), { everything: true })).toEqual([]);
    }
    const bom = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
    expect(diffHistories(expected, await readHistory(bom), { everything: true })).toEqual([]);
    const wide = Buffer.from(`\ufeff${bytes.toString('utf8')}`, 'utf16le');
    expect(diffHistories(expected, await readHistory(wide), { everything: true })).toEqual([]);
  });

  it('are refused with a code when they are something else', async () => {
    const [, greet] = files.find(([name]) => name === 'greet.json')!;
    const bad: readonly (readonly [unknown, string])[] = [
      [greet.subarray(0, 900), 'RFN3024'],
      [gzipSync(greet).subarray(0, 200), 'RFN3024'],
      [Buffer.from([1, 2, 3, 4]), 'RFN3024'],
      ['{"events": {}}', 'RFN1001'],
      [{ events: [] }, 'RFN1004'],
      [42, 'RFN1001'],
      ['', 'RFN3024'],
    ];
    for (const [content, code] of bad) {
      await expect(readHistory(content), code).rejects.toMatchObject({ code });
    }
  });
});

describe('redactHistory', () => {
  // Programs that do not branch on the content of a payload, which redaction changes.
  it('leaves no word of a payload, and the verdict on structure as it was', async () => {
    for (const name of [
      'failing.json',
      'localActivities.json',
      'patchedFlow.json',
      'asyncSignals.json',
      'parent.json',
    ]) {
      const [, bytes] = files.find(([file]) => file === name)!;
      const redacted = redactHistory(await readHistoryJson(bytes));
      const words = Buffer.from(JSON.stringify(payloadTexts(redacted))).toString();
      expect(words).not.toMatch(/innermost|refused|child is well|by activity/);
      const result = await replayHistory({ workflowsPath: join(programs, 'index.ts') }, redacted, name);
      expect(['compatible', 'drift'], `${name}: ${result.divergence?.message}`).toContain(result.verdict);
    }
  });
});

function payloadTexts(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(payloadTexts);
  const { data } = value as { data?: unknown };
  if (typeof data === 'string') return Buffer.from(data, 'base64').toString();
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, payloadTexts(item)]));
}

describe('diffHistories', () => {
  it('names added events and changed attributes', async () => {
    const events = await readHistory(files.find(([name]) => name === 'sequence.json')![1]);
    const longer = await readHistory(files.find(([name]) => name === 'greet.json')![1]);
    const differences = diffHistories(longer, events);
    expect(
      differences.some(({ type, eventType }) => type === 'added' && eventType === 'ActivityTaskScheduled'),
    ).toBe(true);
    expect(differences).toContainEqual(
      expect.objectContaining({
        type: 'changed',
        field: 'workflowType.name',
        left: 'greet',
        right: 'sequence',
      }),
    );
    expect(diffHistories(events, events)).toEqual([]);
  });
});
