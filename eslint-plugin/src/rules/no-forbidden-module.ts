import { findingRule } from '../finding-rule.js';

export const noForbiddenModule = findingRule({
  id: 'forbidden-module',
  description: "Disallow importing modules that the engine's sandbox does not provide",
});
