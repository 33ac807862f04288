import { findingRule } from '../finding-rule.js';
import { replaceTimer } from '../remedies/replace-source.js';

export const noNativeTimer = findingRule({
  id: 'native-timer',
  description: "Disallow the host's timers in workflow code",
  remedies: [replaceTimer],
});
