import { listWorkflows, type ProfileId } from '@refrain/analyzer';
import type { ProjectConfig } from './config.js';

/** Files that define workflows, relative to `root`; none where the analyzer finds no workflow. */
export function findWorkflowFiles(root: string, { profile, workflows }: ProjectConfig = {}): string[] {
  const found = listWorkflows({ path: root, profile: profile as ProfileId | undefined, workflows });
  return [...new Set(found.map(({ file }) => file))].sort();
}
