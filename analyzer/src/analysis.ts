/** The whole analysis of a project under one profile or several. Reads as a table of contents. */

import { catalogue } from './catalog/index.js';
import { misuseDiagnostics } from './rules/run.js';
import type { RuleWorld } from './rules/context.js';
import { activityFiles, buildActivityGraph } from './graph/activities.js';
import { importFindings } from './effects/imports.js';
import { computeReach, sortedEntries } from './effects/reach.js';
import { sharedStateFindings } from './effects/shared-state.js';
import { sourceFindings } from './effects/sources.js';
import { stepFindings } from './effects/step-writes.js';
import { unresolvedCalls } from './effects/unresolved.js';
import { completionOrderFindings } from './flow/completion-order.js';
import { identityFindings, orderFindings } from './flow/derived.js';
import { computeFlows } from './flow/flows.js';
import { guardsLoggingOnly } from './flow/quiet.js';
import type { Budget } from './graph/budget.js';
import { buildGraph } from './graph/build.js';
import type { GraphState } from './graph/state.js';
import type { Profile } from './profiles/types.js';
import { candidatesFor } from './profiles/select.js';
import type { Project } from './program/project.js';
import { assemble, compareDiagnostics, placeOf, relativePath } from './report/assemble.js';
import type { Diagnostic, ReportedWorkflow, UnresolvedEntry } from './report/model.js';
import { excuseCalls } from './report/excused-calls.js';
import { applySuppressions } from './report/suppress.js';

export interface ProfileResult {
  readonly profile: Profile;
  readonly workflows: readonly (ReportedWorkflow & { readonly why: string })[];
  readonly diagnostics: readonly Diagnostic[];
  /** Places of the comments that took a finding away, by `placeKey`. */
  readonly usedSuppressions: ReadonlySet<string>;
  readonly unresolved: readonly UnresolvedEntry[];
  /** Functions that replay reaches. */
  readonly functions: number;
  /** False when the work that is allowed did not do: there may be more findings. */
  readonly complete: boolean;
}

function worldOf(state: GraphState): RuleWorld {
  const reach = computeReach(state);
  return { state, reach, flows: computeFlows(state, reach) };
}

export interface AnalysisOptions {
  /** Told from time to time how many functions were followed. */
  readonly onFollow?: ((functions: number) => void) | undefined;
  /** The files in which to look for workflows, where the caller knows them. */
  readonly candidates?: readonly string[];
  /** Work that this analysis shares with others. */
  readonly budget?: Budget | undefined;
}

/** Analyses the project as workflow code of one engine. */
export function analyseProfile(
  project: Project,
  profile: Profile,
  modules: readonly string[],
  { onFollow, budget, candidates = candidatesFor(project, profile) }: AnalysisOptions = {},
): ProfileResult {
  const graph = buildGraph({
    catalogue,
    profile,
    program: project.source,
    candidates,
    modules,
    onFollow,
    budget,
  });
  const reach = computeReach(graph);
  const flows = computeFlows(graph, reach);
  const sources = sourceFindings(graph, reach);
  const findings = [
    ...sources.findings.filter(
      ({ rule, use }) =>
        rule !== 'replay-introspection' || use === undefined || !guardsLoggingOnly(graph, flows, use),
    ),
    ...sharedStateFindings(graph, reach),
    ...importFindings(graph, reach),
    ...identityFindings(graph, flows, sources.active),
    ...orderFindings(graph, reach, flows, sources.active),
    ...completionOrderFindings(graph, reach, flows),
  ];
  const { root } = project;
  const files = activityFiles(graph, candidates);
  const activities =
    files.length === 0
      ? undefined
      : worldOf(buildActivityGraph(catalogue, profile, project.source, files, budget));
  const excused = excuseCalls(graph, reach, findings);
  const placed = [
    ...assemble({ root, reachOf: excused.reachOf, flows }, excused.findings),
    ...misuseDiagnostics(root, { state: graph, reach, flows }, activities),
  ];
  const unresolved = unresolvedCalls(graph, reach, root);
  const complete = !graph.solver.isCut();
  // The last that is asked: it adds to the graph.
  const inSteps = stepFindings(graph, reach);
  const raw = [...placed, ...assemble({ root, reachOf: () => reach, flows }, inSteps)];
  const reached = [reach, activities?.reach].flatMap((item) => item?.order.map(({ unit }) => unit) ?? []);
  const written = inSteps.flatMap(({ unit }) => unit ?? []);
  const suppressed = applySuppressions(root, new Set([...reached, ...written]), raw, excused.used);
  const functions = new Set(reach.order.map((instance) => instance.fn)).size;
  const workflows = sortedEntries(graph)
    .filter((entry) => !entry.hidden)
    .map((entry) => ({
      name: entry.name,
      file: relativePath(root, entry.unit.ir.path),
      line: placeOf(entry.unit.ir, entry.fn.nameAt).line,
      why: entry.why,
    }));
  return {
    profile,
    workflows,
    diagnostics: suppressed.diagnostics.sort(compareDiagnostics),
    usedSuppressions: suppressed.used,
    unresolved,
    functions,
    complete,
  };
}
