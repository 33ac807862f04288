import { queryHandlers } from './calls.js';
import type { MisuseRule } from './types.js';

/** A query handler that is async, or asks the engine for something: a query is answered at once. */
export const asyncQuery: MisuseRule = {
  id: 'async-query',
  run: (context) =>
    queryHandlers(context)
      .filter(({ handler }) => handler.ir.async || handler.ir.generator || context.issuesCommands(handler))
      .map(({ call }) => ({
        file: call.in.file,
        span: { at: call.op.at, end: call.op.end },
        in: call.in,
        message: 'A query handler must not be async: it answers from the state of the workflow, at once.',
        suggestion: 'Return the state directly; for work that waits use an update.',
      })),
};
