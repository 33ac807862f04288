import { findingRule } from '../finding-rule.js';

export const noLocale = findingRule({
  id: 'locale',
  description: "Disallow answers that depend on the host's language or time zone in workflow code",
});
