import type { HistoryEvent } from '../history/event.js';

/** The SDK whose worker began the run, as the first workflow task that names one has it. */
export function sdkNameOf(events: readonly HistoryEvent[]): string | undefined {
  for (const event of events) {
    if (event.type !== 'WorkflowTaskCompleted') continue;
    const name = event.attributes.sdkMetadata?.sdkName;
    if (name) return name;
  }
  return undefined;
}
