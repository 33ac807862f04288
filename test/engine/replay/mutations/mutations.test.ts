import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replayHistory } from '@refrain/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repository } from '../../temporal/project.js';
import { apis, recordHistory } from '../record.js';
import { insertedOrRemoved } from './inserted-or-removed.js';
import { movedOrChanged } from './moved-or-changed.js';
import type { Mutation } from './mutation.js';
import { bases, recordedSteps, stepsFile, workflowFile, type Base } from './programs.js';

interface Json {
  readonly events: Record<string, unknown>[];
}

/** Changes as people make them, and what the report has to say of each: verdict, event, task, cause, file and line. */
describe.each(apis)('changes of code on %s', (api) => {
  let folder: string;
  const histories = new Map<Base, Json>();

  function write(name: string, body: string, steps: string) {
    const project = join(folder, name.replaceAll(/\W+/g, '-'));
    mkdirSync(project, { recursive: true });
    const files = { workflow: join(project, 'flow.ts'), steps: join(project, 'steps.ts') };
    writeFileSync(files.workflow, workflowFile(api, body));
    writeFileSync(files.steps, stepsFile(api, steps));
    return files;
  }

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'refrain-mutations-')));
    mkdirSync(join(folder, 'node_modules'));
    for (const scope of ['@refrain', '@temporalio']) {
      symlinkSync(join(repository, 'node_modules', scope), join(folder, 'node_modules', scope));
    }
    for (const [name, body] of Object.entries(bases)) {
      const { workflow } = write(name, body, recordedSteps);
      histories.set(name as Base, await recordHistory(api, workflow, 'flow', { args: ['o'] }));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([...insertedOrRemoved, ...movedOrChanged])('$name: $verdict', async (mutation) => {
    const history = histories.get(mutation.base)!;
    const files = write(mutation.name, ...changed(mutation));
    const { verdict, divergence } = await replayHistory({ workflowsPath: files.workflow }, history);
    expect(verdict, `${divergence?.message} ${divergence?.cause}`).toBe(mutation.verdict);
    if (mutation.cause) expect(divergence?.cause).toMatch(mutation.cause);
    if (mutation.field) expect(divergence?.field).toBe(mutation.field);
    if (mutation.event) {
      const expected = eventAt(history, ...mutation.event);
      expect({ eventId: divergence?.eventId, workflowTask: divergence?.workflowTask }).toEqual(expected);
    }
    if (mutation.at) {
      const line = divergence?.frame?.split('\n').find((text) => text.startsWith('>')) ?? '';
      expect(line).toContain(mutation.at);
      expect(divergence?.file).toBe(mutation.in ? files.steps : files.workflow);
    }
  });
});

function changed({ base, from, to, in: place }: Mutation): [body: string, steps: string] {
  const text = place === 'steps' ? recordedSteps : bases[base];
  if (!text.includes(from)) throw new Error(`the program has no ${from}`);
  const now = text.replace(from, () => to);
  return place === 'steps' ? [bases[base], now] : [now, recordedSteps];
}

/** The n-th event of the type, and the workflow task that asked for it. */
function eventAt({ events }: Json, type: string, nth = 1) {
  const json = `EVENT_TYPE_${type.replaceAll(/(?<=.)([A-Z])/g, '_$1').toUpperCase()}`;
  const found = events.filter(({ eventType }) => eventType === json)[nth - 1]!;
  const before = events.slice(0, events.indexOf(found));
  const tasks = before.filter(({ eventType }) => eventType === 'EVENT_TYPE_WORKFLOW_TASK_COMPLETED');
  return { eventId: found['eventId'], workflowTask: tasks.length };
}
