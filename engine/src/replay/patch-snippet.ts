import type { Change } from './align.js';
import { nameOf } from './commands-of-history.js';

/** How to keep running workflows on the recorded path, with the user's own line where it is known. */
export function patchSnippet(
  known: { readonly change: Change; readonly line: string | undefined } | undefined,
): string {
  if (!known) {
    return "Guard the change: `if (patched('my-change')) { /* new behaviour */ } else { /* recorded behaviour */ }`.";
  }
  const { change, line } = known;
  const id = patchIdFor(change);
  switch (change.type) {
    case 'inserted':
      return snippet(`if (patched('${id}')) {`, `  ${line ?? `// the ${nameOf(change.attempted)}`}`, '}');
    case 'removed':
      return snippet(
        `if (!patched('${id}')) {`,
        `  // the removed ${nameOf(change.recorded)}, as it was`,
        '}',
        ...(line ? [line] : []),
      );
    case 'moved':
      return snippet(
        `if (patched('${id}')) {`,
        '  // the new order',
        '} else {',
        `  // the recorded order: ${change.earlier ? 'first what stood before the' : 'first the'} ${nameOf(change.recorded)}`,
        '}',
      );
    case 'changed':
      return snippet(
        `if (patched('${id}')) {`,
        `  ${line ?? `// the ${nameOf(change.attempted)}`}`,
        '} else {',
        `  // the ${nameOf(change.recorded)}, as history recorded it`,
        '}',
      );
  }
}

function snippet(...lines: string[]): string {
  return `Keep the recorded behaviour for runs that have passed here:\n\n${lines.map((line) => `    ${line}`).join('\n')}`;
}

const verbs = { inserted: 'add', removed: 'remove', moved: 'move', changed: 'change' } as const;

function patchIdFor(change: Change): string {
  const item = change.type === 'removed' ? change.recorded : change.attempted;
  const name = item.identity || item.kind;
  return `${verbs[change.type]}-${name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1-$2')
    .replaceAll(/[^A-Za-z\d]+/g, '-')
    .toLowerCase()}`;
}
