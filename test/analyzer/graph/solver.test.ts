import { Solver } from '@refrain/analyzer/internal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const nodes = 7;
const tokens = 40;
/** Every seventh token is taint. */
const marks = Array.from({ length: tokens }, (_, token): 0 | 2 => (token % 7 === 0 ? 2 : 0));
const allowance = { baseSteps: 1e6, stepsPerOp: 1, maxSteps: 1e6, maxEntries: 1e6 };

const node = fc.nat(nodes - 1);
const action = fc.oneof(
  fc.record({ type: fc.constant('edge' as const), from: node, to: node }),
  fc.record({ type: fc.constant('taint' as const), from: node, to: node }),
  fc.record({ type: fc.constant('add' as const), to: node, token: fc.nat(tokens - 1) }),
  fc.record({ type: fc.constant('listen' as const), to: node }),
  // What is heard there draws an edge to a node that the token picks, as a call does.
  fc.record({ type: fc.constant('call' as const), from: node, to: node }),
  fc.record({ type: fc.constant('run' as const) }),
);

/** What each node holds in the end, and what each listener was told. */
function solve(
  actions: readonly (typeof action extends fc.Arbitrary<infer T> ? T : never)[],
  repeats: number,
) {
  const solver = new Solver({ allowance, marks, anyText: 0, repeats });
  solver.newNodes(nodes);
  const heard: number[][] = [];
  for (const item of actions) {
    if (item.type === 'edge') solver.edge(item.from, item.to);
    else if (item.type === 'taint') solver.taintEdge(item.from, item.to);
    else if (item.type === 'add') solver.add(item.to, item.token);
    else if (item.type === 'run') solver.run();
    else if (item.type === 'call')
      solver.listen(item.from, (token) => {
        solver.edge(item.to, token % nodes);
      });
    else {
      const told: number[] = [];
      heard.push(told);
      solver.listen(item.to, (token) => told.push(token));
    }
  }
  solver.run();
  const all = Array.from({ length: nodes }, (_, index) => index);
  return {
    held: all.map((index) => solver.tokens(index).sort((left, right) => left - right)),
    tainted: all.map((index) => [solver.isTainted(index), solver.isEmpty(index), solver.taint(index).length]),
    readers: all.map((index) => [...solver.taintReaders(index)].sort((left, right) => left - right)),
    heard: heard.map((told) => told.sort((left, right) => left - right)),
  };
}

describe('nodes that flow to each other in a circle', () => {
  it('hold what they would hold apart, and their listeners are told everything once', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 120, size: 'max' }), (actions) => {
        expect(solve(actions, 0)).toEqual(solve(actions, Infinity));
      }),
      { numRuns: 500 },
    );
  });

  it('take fewer steps as one', () => {
    const steps = [0, Infinity].map((repeats) => {
      const solver = new Solver({ allowance, marks, anyText: 0, repeats });
      const first = solver.newNodes(100);
      for (let index = 0; index < 100; index += 1) {
        solver.edge(first + index, first + ((index + 1) % 100));
        solver.edge(first + index, first + ((index * 7) % 100));
      }
      for (let token = 0; token < tokens; token += 1) {
        solver.add(first + token, token);
        solver.run();
      }
      return solver.steps();
    });
    expect(steps[0]).toBeLessThan(steps[1]! / 4);
  });
});
