import { listWorkflows } from '@refrain/analyzer';

/** Files that define workflows, relative to `root`; none where the analyzer finds no workflow. */
export function findWorkflowFiles(root: string): string[] {
  return [...new Set(listWorkflows({ path: root }).map(({ file }) => file))].sort();
}
