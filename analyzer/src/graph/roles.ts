/** What a call of an engine's API means for the graph. */

import type { Role } from '../catalog/types.js';
import type { CallSite } from './calls.js';
import { functionBehind } from './calls.js';
import { argumentNodes } from './natives.js';
import type { GraphState } from './state.js';

export function applyRole(state: GraphState, path: string, role: Role, site: CallSite): void {
  if (site.op !== undefined) {
    state.roleCalls.push({ instance: site.by, op: site.op, path, role, args: site.args, to: site.to });
  }
  if (role.type === 'define-workflow') {
    for (const handlers of role.handlers) {
      for (const node of argumentNodes(state, site, handlers)) {
        state.solver.listen(node, (token) => {
          if (functionBehind(state, token) === undefined) return;
          state.definedWorkflows.push({
            token,
            params: role.params ?? [],
            why: `passed to ${path}`,
            site,
            handler: handlers,
          });
        });
      }
    }
  } else if (role.type === 'define-activity') {
    for (const handlers of role.handlers) {
      for (const node of argumentNodes(state, site, handlers)) {
        state.solver.listen(node, (token) => {
          if (state.tokens.get(token).value.kind === 'function') state.activityTokens.add(token);
        });
      }
    }
  } else if (role.type === 'set-handler') {
    setHandler(state, role, site);
  }
}

/** Handlers run in replay like the workflow itself. */
function setHandler(state: GraphState, role: Role & { type: 'set-handler' }, site: CallSite): void {
  const places = [
    { at: role.handler, validator: false },
    ...(role.validator === undefined ? [] : [{ at: role.validator, validator: true }]),
  ];
  for (const { at, validator } of places) {
    for (const node of argumentNodes(state, site, at)) {
      state.solver.listen(node, (token) => {
        if (functionBehind(state, token) === undefined) return;
        state.handlers.push({ token, validator, site });
      });
    }
  }
}
