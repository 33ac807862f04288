import type { ProfileId } from './profiles/types.js';
import { ruleIds, ruleTitle } from './report/rule-list.js';
import { suggestionsFor } from './report/suggestions.js';

export interface RuleExplanation {
  readonly ruleId: string;
  readonly title: string;
  /** The page in the documentation, relative to its root. */
  readonly docs: string;
  /** What to do instead, by engine. */
  readonly suggestions: readonly { readonly profile: ProfileId; readonly suggestion: string }[];
}

/** What a rule means and what to do instead; undefined for an unknown rule. */
export function explainRule(ruleId: string): RuleExplanation | undefined {
  if (!ruleIds.includes(ruleId)) return undefined;
  return {
    ruleId,
    title: ruleTitle(ruleId),
    docs: `docs/rules/${ruleId}.md`,
    suggestions: suggestionsFor(ruleId, undefined),
  };
}
