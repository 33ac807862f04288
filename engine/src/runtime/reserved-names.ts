/** Names that the runtime answers itself; they are Temporal's, because its tools ask for them. */
const reservedPrefix = '__temporal_';
export const stackTraceQueryName = '__stack_trace';
export const enhancedStackTraceQueryName = '__enhanced_stack_trace';
export const metadataQueryName = '__temporal_workflow_metadata';

export function hasReservedPrefix(name: string): boolean {
  return name.startsWith(reservedPrefix);
}

/** Interceptors do not see these. */
export function isInternalName(name: string): boolean {
  return hasReservedPrefix(name) || name === stackTraceQueryName || name === enhancedStackTraceQueryName;
}

export function throwIfReservedName(kind: string, name: string): void {
  if (!isInternalName(name)) return;
  const why = hasReservedPrefix(name)
    ? `with reserved prefix: '${reservedPrefix}'`
    : 'which is a reserved name';
  throw new TypeError(`Cannot use ${kind} name: '${name}', ${why}`);
}
