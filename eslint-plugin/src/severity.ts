import { catalogue, profiles, type Effect, type ProfileId, type Shape } from '@refrain/analyzer';
import { ruleNames } from './rule-table.js';

/**
 * ESLint knows one severity for a rule. A rule is a warning for an engine that makes sources of that
 * rule deterministic without other engines doing so; everything else is an error. Across engines
 * (`auto`) the strict answer holds.
 */
export function severityOf(profile: ProfileId | 'auto', rule: string): 'error' | 'warn' {
  if (profile === 'auto') return 'error';
  const notPortable = Object.entries(profiles[profile].patches)
    .filter(([, status]) => status === 'not-portable')
    .flatMap(([path]) => shapesAt(path).flatMap(outcomesOf));
  return notPortable.some((outcome) => nameOf(outcome) === rule) ? 'warn' : 'error';
}

function nameOf(outcome: string): string | undefined {
  return (ruleNames as Readonly<Record<string, string>>)[outcome];
}

/** What a catalogue path names: `Date.now`, `new Date`, `Date()`, `Intl.*`, `Date#toLocaleString`. */
function shapesAt(path: string): readonly (Shape | undefined)[] {
  const plain = path.replace(/^new /, '').replace(/\(\)$/, '');
  const [type, member] = plain.split('#');
  if (type !== undefined && member !== undefined) {
    const members = catalogue.types[type]?.members ?? {};
    return member === '*' ? Object.values(members) : [members[member]];
  }
  const [head = '', ...names] = plain.split('.');
  let shape = catalogue.globals[head];
  for (const name of names) {
    if (name === '*') return Object.values(shape?.members ?? {});
    shape = shape?.members?.[name];
  }
  return [shape];
}

function outcomesOf(shape: Shape | undefined): readonly string[] {
  if (shape === undefined) return [];
  return [shape.read, shape.call?.effect, shape.construct?.effect].flatMap(named);
}

function named(effect: Effect | undefined): readonly string[] {
  if (effect === undefined) return [];
  return typeof effect === 'string' ? [effect] : effect.map((item) => item.effect);
}
