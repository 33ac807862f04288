import type { HistoryEvent } from '@refrain/engine';
import type { WorkflowBundle } from '@refrain/engine/internal';
import { gradeHistory, nativeTarget } from '@refrain/engine/internal';
import type { StoredRun } from './image.js';

export interface Replays {
  /** Replays histories at every cut; says what did not fit. */
  check(runs: readonly StoredRun[]): Promise<string[]>;
}

export function openReplays(bundle: WorkflowBundle): Replays {
  const target = nativeTarget(bundle, { deadlineMs: 0 });
  return {
    async check(runs) {
      const wrong: string[] = [];
      for (const run of runs) {
        const { verdict, divergence } = await gradeHistory(
          target,
          { cuts: 'all' },
          run.events as HistoryEvent[],
        );
        const hasCommands = run.events.some(
          (e) => e.attributes['workflowTaskCompletedEventId'] !== undefined,
        );
        if (verdict === 'compatible' || (verdict === 'vacuous' && !hasCommands)) continue;
        wrong.push(`${run.workflowId} (${run.runId}) replays as ${verdict}: ${JSON.stringify(divergence)}`);
      }
      return wrong;
    },
  };
}
