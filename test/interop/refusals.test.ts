import { openEngine, startServer } from '@refrain/engine';
import { expect, it } from 'vitest';
import recorded from './refusals.json' with { type: 'json' };
import { refusalsOf } from './refusals.mjs';

/** refusals.json is what a real server answered: `node test/interop/refusals.mjs <address> --record`. */
it(
  'refuses with the status and the error detail that a Temporal server refuses with',
  { timeout: 60_000 },
  async () => {
    await using engine = await openEngine({ memory: true });
    const server = await startServer({ service: engine.service, port: 0 });
    const answers = await refusalsOf(server.address);
    await server.close();
    const withoutMessages = (refusals: Readonly<Record<string, Refusal>>) =>
      Object.fromEntries(
        Object.entries(refusals).map(([name, { message: _, parts, ...rest }]) => [
          name,
          { ...rest, ...(parts && { parts: parts.map(({ code, details }) => ({ code, details })) }) },
        ]),
      );
    expect(withoutMessages(answers)).toEqual(withoutMessages(recorded));
  },
);

interface Refusal {
  readonly status?: string;
  readonly detail?: string;
  readonly message?: string;
  readonly answered?: boolean;
  /** Of a call of several operations: how each ended. */
  readonly parts?: readonly { readonly code: number; readonly details: readonly string[] }[];
}
