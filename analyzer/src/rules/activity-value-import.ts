import type { FileIr, Span } from '../graph/ir.js';
import type { MisuseRule, RuleContext, RuleFinding } from './types.js';

const ACTIVITY_MODULES = ['@temporalio/activity', '@refrain/engine/activity'];
const MESSAGE =
  'Activity code is imported at run time into workflow code: it would run inside the replay, and its dependencies are bundled with it.';
const SUGGESTION =
  'Write `import type * as activities from …` and call through `proxyActivities<typeof activities>(…)`.';

/** A file of workflow code that imports a file of activities for more than its types. */
export const activityValueImport: MisuseRule = {
  id: 'activity-value-import',
  run: (context) => {
    if (context.profile.activityOptions === undefined) return [];
    const activityFiles = new Set(context.activityEntries.map((node) => node.file.path));
    return context.files
      .filter((file) => file.kind === 'source' && !importsActivityModule(file))
      .flatMap((file) => findings(context, file, activityFiles));
  },
};

function findings(
  context: RuleContext,
  file: FileIr,
  activityFiles: ReadonlySet<string>,
): readonly RuleFinding[] {
  const seen = new Set<string>();
  return runtimeImports(file).flatMap(({ specifier, span }) => {
    const target = context.resolveImport(file, specifier);
    // Where the file cannot be looked into (one file alone, a missing file), its name has to tell.
    if (target === undefined && namesActivities(specifier) && !bringsConstants(file, specifier))
      return [{ file, span, message: MESSAGE, suggestion: SUGGESTION }];
    if (target === undefined || target.path === file.path || seen.has(`${specifier}:${span.at}`)) return [];
    seen.add(`${specifier}:${span.at}`);
    if (!activityFiles.has(target.path) && !importsActivityModule(target) && !looksLikeActivities(target))
      return [];
    return [{ file, span, message: MESSAGE, suggestion: SUGGESTION }];
  });
}

/** By its name, where nothing else tells: `activities.ts`, `activities/billing.ts`, `billing.activities.ts`. */
function looksLikeActivities(file: FileIr): boolean {
  if (!/(^|[/.])activit(y|ies)[/.][^/]*$/i.test(file.path)) return false;
  return file.functions.some((fn) => fn.async && fn.parent === 0);
}

/** `./activities.js`, `../activities/billing`, `./billing.activities`. */
function namesActivities(specifier: string): boolean {
  return specifier.startsWith('.') && /(^|[/.])activit(y|ies)([/.]|$)/i.test(specifier);
}

/** `import { MAX_LENGTH } from './activities/limits'`: activities are functions, and nobody writes those so. */
function bringsConstants({ imports }: FileIr, specifier: string): boolean {
  if (/(^|[/.])activit(y|ies)(\.[cm]?[jt]s)?$/i.test(specifier)) return false;
  const names = imports.filter((item) => item.specifier === specifier && !item.typeOnly);
  return names.length > 0 && names.every(({ name }) => /^[A-Z][A-Z0-9_]*$/.test(name));
}

function runtimeImports(file: FileIr): { specifier: string; span: Span }[] {
  const reExports = file.exports.flatMap((item) => (item.type !== 'local' && !item.typeOnly ? [item] : []));
  return [...file.imports.filter((item) => !item.typeOnly), ...reExports].map((item) => ({
    specifier: item.specifier,
    span: { at: item.at, end: item.end },
  }));
}

function importsActivityModule(file: FileIr): boolean {
  return file.imports.some((item) => !item.typeOnly && ACTIVITY_MODULES.includes(item.specifier));
}
