import type { ProfileId } from '@refrain/analyzer';
import type { TSESLint } from '@typescript-eslint/utils';
import { rules } from './all-rules.js';
import { transitiveRuleName } from './rule-table.js';
import { profileIds } from './settings.js';
import { severityOf } from './severity.js';

export type Config = TSESLint.FlatConfig.Config;
type Profile = ProfileId | 'auto';
export type ConfigName = 'recommended' | 'recommendedTypeChecked' | Profile | `${Profile}TypeChecked`;

/** What the rules' names are prefixed with: `@refrain/no-wall-clock`. */
export const namespace = '@refrain';

/**
 * A preset for `auto` and for every engine, with and without type information. `recommended` is
 * `auto` by its other name. Nothing is listed by hand: a rule says in its metadata where it belongs.
 */
export function createConfigs(plugin: TSESLint.FlatConfig.Plugin): Readonly<Record<ConfigName, Config>> {
  const entries: [ConfigName, Config][] = [
    ['recommended', preset(plugin, 'recommended', 'auto', false)],
    ['recommendedTypeChecked', preset(plugin, 'recommendedTypeChecked', 'auto', true)],
  ];
  for (const profile of ['auto', ...profileIds] as const)
    entries.push(
      [profile, preset(plugin, profile, profile, false)],
      [`${profile}TypeChecked`, preset(plugin, `${profile}TypeChecked`, profile, true)],
    );
  return Object.fromEntries(entries) as Record<ConfigName, Config>;
}

function preset(
  plugin: TSESLint.FlatConfig.Plugin,
  name: ConfigName,
  profile: Profile,
  typeChecked: boolean,
): Config {
  const chosen = Object.values(rules).filter(
    ({ meta }) => typeChecked || meta.docs?.preset === 'recommended',
  );
  return {
    name: `${namespace}/${name}`,
    plugins: { [namespace]: plugin },
    settings: { refrain: { profile } },
    rules: Object.fromEntries(
      chosen.map((rule) => [`${namespace}/${rule.name}`, entryFor(profile, rule.name)]),
    ),
  };
}

/**
 * A report of the transitive rule may be of any kind, so it cannot be a warning for some: where other
 * rules warn of what is not portable, it leaves that to them and to `refrain check`.
 */
function entryFor(profile: Profile, rule: string): TSESLint.FlatConfig.RuleEntry {
  const portable = profile === 'auto' || severityOf(profile, 'no-wall-clock') === 'error';
  if (rule === transitiveRuleName && !portable) return ['error', { notPortable: 'ignore' }];
  return severityOf(profile, rule);
}
