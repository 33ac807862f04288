import { RuleCreator } from '@typescript-eslint/utils/eslint-utils';
import { pageOf } from './rule-table.js';

/** What a rule says of itself, for configurations and the index of rules. */
export interface RuleDocs {
  readonly description: string;
  /** In every preset, or only in those with type information. */
  readonly preset: 'recommended' | 'recommendedTypeChecked';
}

export const createRule = RuleCreator<RuleDocs>((name) => `https://refrain.dev/rules/${pageOf(name)}`);
