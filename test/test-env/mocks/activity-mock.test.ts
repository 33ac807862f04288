import { describe, expect, it } from 'vitest';
import { ActivityMock, setOrder } from '@refrain/test-env/internal';

type Charge = (account: string, amount: number) => Promise<string>;

function call(...args: [account: string, amount: number]) {
  return { args, atMs: 0, attempt: 1, workflowId: 'w' };
}

/** Takes a call and says what the chosen rule does, or why none was chosen. */
function take(mock: ActivityMock<Charge>, ...args: [string, number]): unknown {
  const { rule, refusal } = mock.take(call(...args));
  if (!rule) return refusal.reason;
  return rule.behaviour.type === 'returns' ? rule.behaviour.value : rule.behaviour.type;
}

describe('ActivityMock', () => {
  it('takes the first rule that matches the arguments', () => {
    const mock = new ActivityMock<Charge>('charge');
    mock
      .withArgs('a', 1)
      .returns('exact')
      .withArgs('a', (amount) => amount > 10)
      .returns('large');
    mock.withArgs(expect.stringMatching(/^b/)).returns('of b').withAnyArgs().returns('any');
    expect([take(mock, 'a', 1), take(mock, 'a', 11), take(mock, 'b', 1), take(mock, 'c', 1)]).toEqual([
      'exact',
      'large',
      'of b',
      'any',
    ]);
  });

  it('goes through a sequence and stays at its last rule', () => {
    const mock = new ActivityMock<Charge>('charge').throws('503').times(2).returns('ok');
    expect([1, 2, 3, 4].map(() => take(mock, 'a', 1))).toEqual(['throws', 'throws', 'ok', 'ok']);
  });

  it('refuses calls beyond the last rule, and says what was expected', () => {
    const mock = new ActivityMock<Charge>('charge').returns('ok').once();
    take(mock, 'a', 1);
    expect(take(mock, 'a', 1)).toBe('noMatch');
    expect(mock.unmetRules()).toEqual([]);
  });

  it('replaces an unlimited rule by a later one for the same arguments', () => {
    const mock = new ActivityMock<Charge>('charge').returns('old');
    mock.returns('new');
    expect(take(mock, 'a', 1)).toBe('new');
  });

  it('refuses a call that must not happen', () => {
    const mock = new ActivityMock<Charge>('charge').withArgs('a').never().withAnyArgs().returns('ok');
    expect(take(mock, 'a', 1)).toBe('never');
    expect(take(mock, 'b', 1)).toBe('ok');
  });

  it('holds mocks to an order', () => {
    const first = new ActivityMock<Charge>('first').returns('1').once();
    const second = new ActivityMock<Charge>('second').returns('2');
    setOrder([first, second]);
    expect(take(second, 'a', 1)).toBe('outOfOrder');
    expect(take(first, 'a', 1)).toBe('1');
    expect(take(second, 'a', 1)).toBe('2');
  });

  it('lists the rules that were used less often than they say', () => {
    const mock = new ActivityMock<Charge>('charge').returns('ok').times(2);
    take(mock, 'a', 1);
    expect(mock.unmetRules()).toHaveLength(1);
  });

  it('is typed by the signature of the activity', () => {
    const mock = new ActivityMock<Charge>('charge');
    // @ts-expect-error -- a number is not the result of charge
    mock.returns(1);
    // @ts-expect-error -- the amount is a number
    mock.withArgs('a', 'much');
    mock.implements((account, amount) => `${account}: ${amount.toFixed(2)}`);
  });
});
