import { profiles } from '../profiles/index.js';
import type { ProfileId } from '../profiles/types.js';

export interface Suggestion {
  readonly profile: ProfileId;
  readonly suggestion: string;
}

/** What to do instead of what a rule forbids: with one engine, or with each when `profile` names none. */
export function suggestionsFor(ruleId: string, profile: string | undefined): Suggestion[] {
  const all = Object.values(profiles);
  const asked = all.filter(({ id }) => id === profile);
  return (asked.length === 0 ? all : asked).flatMap(({ id, suggestions }) => {
    const suggestion = Object.hasOwn(suggestions, ruleId) ? suggestions[ruleId] : undefined;
    return suggestion === undefined ? [] : [{ profile: id, suggestion }];
  });
}
