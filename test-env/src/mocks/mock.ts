import { durationToMs, type Duration } from '@refrain/engine/internal';
import type { ArgumentMatchers } from './activity-types.js';
import {
  addRule,
  createRule,
  isSatisfied,
  selectRule,
  type Behaviour,
  type Rule,
  type Selection,
} from './rule.js';

/** One call that a mock took (or refused). */
export interface MockCall<P extends readonly unknown[], R> {
  readonly args: P;
  /** Virtual time at which the call began. */
  readonly atMs: number;
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  readonly workflowId: string;
  /** Absent while the call runs, and for a call that nobody will answer. */
  outcome?:
    { readonly type: 'returned'; readonly value: R } | { readonly type: 'threw'; readonly error: unknown };
}

/**
 * The behaviour of something that is mocked, as a list of rules. A verb (`returns`, `throws`, `implements`,
 * `never` …) adds a rule; a modifier (`after`, `once`, `times`) changes the rule added last; `withArgs` sets
 * the arguments for the rules that follow. A call takes the first rule that matches and is not used up.
 *
 * It owns the rules, their counts and the record of calls; what runs them is not its business.
 */
export class Mock<P extends readonly unknown[], R> {
  readonly name: string;
  readonly #calls: MockCall<P, R>[] = [];
  #rules: Rule[] = [];
  #args: readonly unknown[] | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Every call, the attempts of a retried one included, in the order in which they began. */
  get calls(): readonly MockCall<P, R>[] {
    return this.#calls;
  }

  /** The rules that follow are for calls with these arguments: values, predicates, asymmetric matchers. */
  withArgs(...matchers: ArgumentMatchers<P>): this {
    this.#args = matchers;
    return this;
  }

  /** The rules that follow are for any arguments. */
  withAnyArgs(): this {
    this.#args = undefined;
    return this;
  }

  returns(...[value]: undefined extends R ? [value?: R] : [value: R]): this {
    return this.addBehaviour({ type: 'returns', value });
  }

  /** A text becomes an `Error` with that message, which is retried as the retry policy says. */
  throws(error: unknown): this {
    return this.addBehaviour({ type: 'throws', error: typeof error === 'string' ? new Error(error) : error });
  }

  implements(implementation: (...args: P) => R | Promise<R>): this {
    return this.addBehaviour({ type: 'implements', implementation: implementation as Implementation });
  }

  /** A call with these arguments is an error. */
  never(): this {
    return this.addBehaviour({ type: 'never' });
  }

  /** The call takes this long, in virtual time, before it does what the rule says. */
  after(duration: Duration): this {
    this.lastRule('after').delayMs = durationToMs(duration, 'after');
    return this;
  }

  /** The rule takes one call; the next one goes on to the rule after it. */
  once(): this {
    return this.times(1);
  }

  times(count: number): this {
    this.lastRule('times').limit = count;
    return this;
  }

  /** Forgets the rules and the calls. */
  reset(): this {
    this.#rules = [];
    this.#calls.length = 0;
    this.#args = undefined;
    return this;
  }

  /** Rules with `once` or `times` that were used less often than they say. */
  unmetRules(): readonly Rule[] {
    return this.#rules.filter((rule) => rule.limit !== undefined && !isSatisfied(rule));
  }

  /** The rule that the last verb added: what `inOrder` puts into an order. */
  lastRule(modifier: string): Rule {
    const rule = this.#rules.at(-1);
    if (!rule) throw new TypeError(`${modifier}() changes a behaviour: call returns(), throws() … before it`);
    return rule;
  }

  /** Takes a call: chooses its rule, counts it and records the call. */
  take(call: MockCall<P, R>): Selection {
    this.#calls.push(call);
    const selection = selectRule(this.#rules, call.args);
    if (selection.rule) selection.rule.used += 1;
    return selection;
  }

  /** Takes the call if its rule keeps it from starting; otherwise nothing is counted. */
  withholds(call: MockCall<P, R>): boolean {
    if (selectRule(this.#rules, call.args).rule?.behaviour.type !== 'neverStarts') return false;
    this.take(call);
    return true;
  }

  protected addBehaviour(behaviour: Behaviour): this {
    this.#rules = addRule(this.#rules, createRule(this.name, this.#args, behaviour));
    return this;
  }
}

type Implementation = (...args: never[]) => unknown;

/** Each mock's last rule may be used only after the last rules of those before it. */
export function setOrder(mocks: readonly Ordered[]): void {
  const rules = mocks.map((mock) => mock.lastRule('inOrder'));
  rules.forEach((rule, index) => {
    rule.after = [...rule.after, ...rules.slice(0, index)];
  });
}

type Ordered = Pick<Mock<readonly unknown[], unknown>, 'lastRule'>;
