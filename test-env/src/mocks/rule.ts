import { inspect } from 'node:util';
import { argumentsMatch } from './match-arguments.js';

/** What a mocked call does, once its delay is over. */
export type Behaviour =
  | { readonly type: 'returns'; readonly value: unknown }
  | { readonly type: 'throws'; readonly error: unknown }
  | { readonly type: 'implements'; readonly implementation: (...args: never[]) => unknown }
  /** Never ends by itself: the service times it out in virtual time. */
  | { readonly type: 'timesOut' }
  /** No worker takes it: the service times it out in virtual time. */
  | { readonly type: 'neverStarts' }
  /** Ends when the test completes it by its task token. */
  | { readonly type: 'completesAsync' }
  /** A call is an error. */
  | { readonly type: 'never' };

/** One line of a mock: for which calls, what, when and how often. Its builder changes it until it is used. */
export interface Rule {
  /** Name of what is mocked, for messages. */
  readonly of: string;
  readonly args: readonly unknown[] | undefined;
  readonly behaviour: Behaviour;
  delayMs: number;
  heartbeats: Heartbeats | undefined;
  /** How many calls it takes; undefined: any number. */
  limit: number | undefined;
  used: number;
  /** Rules that must have been used before this one may be. */
  after: readonly Rule[];
}

export interface Heartbeats {
  /** In virtual time, since the call began. */
  readonly everyMs: number;
  /** One for each heartbeat; none at all: heartbeats without details, until the call ends. */
  readonly details: readonly unknown[];
}

/** Why no rule takes a call. */
export type Refusal =
  | { readonly reason: 'noRules' }
  | { readonly reason: 'never'; readonly rule: Rule }
  | { readonly reason: 'outOfOrder'; readonly rule: Rule; readonly missing: readonly Rule[] }
  | { readonly reason: 'noMatch'; readonly rules: readonly Rule[] };

export type Selection =
  | { readonly rule: Rule; readonly refusal?: undefined }
  | { readonly rule?: undefined; readonly refusal: Refusal };

export function createRule(of: string, args: readonly unknown[] | undefined, behaviour: Behaviour): Rule {
  return { of, args, behaviour, delayMs: 0, heartbeats: undefined, limit: undefined, used: 0, after: [] };
}

/** The first rule, in the order of definition, that matches the arguments and is not used up. */
export function selectRule(rules: readonly Rule[], args: readonly unknown[]): Selection {
  if (rules.length === 0) return { refusal: { reason: 'noRules' } };
  for (const rule of rules) {
    if (!argumentsMatch(rule.args, args)) continue;
    if (rule.behaviour.type === 'never') return { refusal: { reason: 'never', rule } };
    if (isUsedUp(rule)) continue;
    const missing = rule.after.filter((earlier) => !isSatisfied(earlier));
    if (missing.length > 0) return { refusal: { reason: 'outOfOrder', rule, missing } };
    return { rule };
  }
  return { refusal: { reason: 'noMatch', rules } };
}

/** Whether the rule was used as often as it says; one without a limit, at least once. */
export function isSatisfied(rule: Rule): boolean {
  return rule.limit === undefined ? rule.used > 0 : rule.used >= rule.limit;
}

/**
 * Adds a rule. A rule without a limit takes every call that reaches it, so a later one for the same arguments
 * replaces it: nobody means a rule that can never be reached.
 */
export function addRule(rules: readonly Rule[], rule: Rule): Rule[] {
  const isReplaced = (other: Rule) =>
    other.limit === undefined && argumentsText(other) === argumentsText(rule);
  return [...rules.filter((other) => !isReplaced(other)), rule];
}

function isUsedUp(rule: Rule): boolean {
  return rule.limit !== undefined && rule.used >= rule.limit;
}

/** `chargePayment('o-1') returns 'ok' (used 1 of 2)`: for messages. */
export function describeRule(rule: Rule): string {
  const times = rule.limit === undefined ? `used ${rule.used} times` : `used ${rule.used} of ${rule.limit}`;
  return `${rule.of}(${argumentsText(rule)}) ${describeBehaviour(rule.behaviour)} (${times})`;
}

export function describeCall(name: string, args: readonly unknown[]): string {
  return `${name}(${args.map(shortText).join(', ')})`;
}

/** Why a call was refused, in lines to append to a message. */
export function describeRefusal(refusal: Refusal): string {
  switch (refusal.reason) {
    case 'noRules':
      return 'The mock has no behaviour: give it one with returns(), throws() or implements().';
    case 'never':
      return `Expected: ${describeRule(refusal.rule)}.`;
    case 'outOfOrder':
      return ['Expected before it:', ...refusal.missing.map((rule) => `  - ${describeRule(rule)}`)].join(
        '\n',
      );
    case 'noMatch':
      return ['Expected one of:', ...refusal.rules.map((rule) => `  - ${describeRule(rule)}`)].join('\n');
  }
}

function argumentsText(rule: Rule): string {
  return rule.args ? rule.args.map(shortText).join(', ') : '…';
}

function describeBehaviour(behaviour: Behaviour): string {
  switch (behaviour.type) {
    case 'returns':
      return `returns ${shortText(behaviour.value)}`;
    case 'throws':
      return `throws ${behaviour.error instanceof Error ? behaviour.error.message : shortText(behaviour.error)}`;
    case 'implements':
      return 'runs an implementation';
    case 'timesOut':
      return 'times out';
    case 'neverStarts':
      return 'is never started';
    case 'completesAsync':
      return 'is completed by the test';
    case 'never':
      return 'must not be called';
  }
}

export function shortText(value: unknown): string {
  const text =
    typeof value === 'function' ? String(value) : inspect(value, { depth: 3, breakLength: Infinity });
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
