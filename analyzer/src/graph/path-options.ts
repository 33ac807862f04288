import type { WorkflowPattern } from '../profiles/types.js';
import type { FileIr, FunctionIr } from './ir.js';

/**
 * The paths that a file gives to an option such as `workflowsPath`: a constant, or a constant inside
 * `require.resolve(…)`, `new URL(…, import.meta.url)`, `path.join(__dirname, …)` and the like.
 */
export function pathOptions(ir: FileIr, pattern: WorkflowPattern & { type: 'path-option' }): string[] {
  if (!ir.imports.some((entry) => entry.specifier === pattern.callee.module)) return [];
  const found = new Set<string>();
  for (const fn of ir.functions) {
    for (const op of fn.ops) {
      if (op.type !== 'define' || op.name !== pattern.option) continue;
      for (const text of constantsBehind(ir, fn, op.from, 0)) found.add(text);
    }
  }
  return [...found].map((text) => (text.startsWith('.') || text.startsWith('/') ? text : `./${text}`));
}

function constantsBehind(ir: FileIr, fn: FunctionIr, slot: number, depth: number): string[] {
  if (depth > 8) return [];
  if (slot < 0) {
    const capture = fn.captures[~slot];
    const owner = capture === undefined ? undefined : ir.functions[capture.fn];
    return owner === undefined || capture === undefined
      ? []
      : constantsBehind(ir, owner, capture.slot, depth + 1);
  }
  return fn.ops.flatMap((op) => {
    if (!('to' in op) || op.to !== slot) return [];
    switch (op.type) {
      case 'constant':
        return typeof op.value === 'string' && op.value !== '' ? [op.value] : [];
      case 'copy':
        return constantsBehind(ir, fn, op.from, depth + 1);
      case 'typed':
        return constantsBehind(ir, fn, op.from, depth + 1);
      case 'get':
        return constantsBehind(ir, fn, op.of, depth + 1);
      case 'call': {
        const last = [...op.args].reverse().map((arg) => constantsBehind(ir, fn, arg.slot, depth + 1));
        return last.find((texts) => texts.length > 0) ?? [];
      }
      default:
        return [];
    }
  });
}
