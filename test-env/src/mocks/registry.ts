import { TestConfigError, UnexpectedCallError, UnmetExpectationError } from '../errors.js';
import type { ActivityMock } from './activity-mock.js';
import type { AnyFunction } from './activity-types.js';
import type { ChildMock } from './child-mock.js';
import type { ExternalWorkflowMock } from './external-mock.js';
import type { Mock, MockCall } from './mock.js';
import { describeCall, describeRefusal, describeRule, type Rule } from './rule.js';

type AnyMock = Mock<readonly unknown[], unknown>;

/**
 * The mocks of one environment, by name.
 *
 * M1. A call that no rule takes is reported to the test, whatever the workflow makes of its failure.
 */
export class MockRegistry {
  readonly activities = new Map<string, ActivityMock<AnyFunction>>();
  readonly children = new Map<string, ChildMock>();
  readonly external = new Map<string, ExternalWorkflowMock>();
  readonly #report: (error: UnexpectedCallError) => void;

  constructor(report: (error: UnexpectedCallError) => void) {
    this.#report = report;
  }

  /** The rule for a call, or the error that was reported when none takes it. */
  choose(mock: AnyMock, call: MockCall<readonly unknown[], unknown>): Rule | UnexpectedCallError {
    const { rule, refusal } = mock.take(call);
    if (rule) return rule;
    return this.unexpected(
      `Unexpected call: ${describeCall(mock.name, call.args)} (attempt ${call.attempt}, workflow ${call.workflowId}).\n` +
        describeRefusal(refusal),
    );
  }

  unexpected(message: string): UnexpectedCallError {
    const error = new UnexpectedCallError(message);
    this.#report(error);
    return error;
  }

  assertExpectations(): void {
    const mocks: readonly AnyMock[] = [
      ...(this.activities.values() as Iterable<unknown> as Iterable<AnyMock>),
      ...this.children.values(),
    ];
    const unmet = mocks.flatMap((mock) => mock.unmetRules());
    if (unmet.length === 0) return;
    throw new UnmetExpectationError(
      [
        'Mocks were used less often than expected:',
        ...unmet.map((rule) => `  - ${describeRule(rule)}`),
        'once() and times(n) say how often a rule has to be used; leave them out where any number of calls will do.',
      ].join('\n'),
    );
  }
}

/** A mock's name has to be one of the registered activities, where any are registered. */
export function checkMockName(name: string, registered: readonly string[]): void {
  if (registered.length === 0 || registered.includes(name)) return;
  throw new TestConfigError(
    'RFN4003',
    `env.mock('${name}'): no activity of this name is registered.${didYouMean(name, registered)} ` +
      `Registered: ${registered.join(', ')}. Add the activity to \`activities\`, or leave \`activities\` out to mock ` +
      'any name.',
  );
}

export function didYouMean(name: string, known: readonly string[]): string {
  const near = known.find((other) => editDistance(name.toLowerCase(), other.toLowerCase()) <= 2);
  return near === undefined ? '' : ` Did you mean '${near}'?`;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
