import { bundleWorkflowCode, type WorkflowBundle } from '@refrain/engine/internal';

/** Workflow code as a user writes it, with the API as `w`. */
export function bundled(body: string): Promise<WorkflowBundle> {
  const source = `import * as w from '@refrain/engine/workflow'; ${body}`;
  return bundleWorkflowCode({ sources: { 'index.ts': source } });
}

export const pause = (ms: number): Promise<void> => new Promise((go) => setTimeout(go, ms));
