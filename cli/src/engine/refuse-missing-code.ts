import { existsSync } from 'node:fs';
import { bundleWorkflowCode } from '@refrain/engine/internal';

/** Fails as a worker would whose workflow code is not there, but before an engine has made a file. */
export async function refuseMissingCode(workflowsPath: string | undefined): Promise<void> {
  if (workflowsPath !== undefined && !existsSync(workflowsPath)) await bundleWorkflowCode({ workflowsPath });
}
