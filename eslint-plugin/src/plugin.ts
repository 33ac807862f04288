import { createRequire } from 'node:module';
import type { TSESLint } from '@typescript-eslint/utils';
import { rules } from './all-rules.js';
import { createConfigs, namespace, type Config, type ConfigName } from './configs.js';

export interface RefrainPlugin {
  readonly meta: { readonly name: string; readonly version: string; readonly namespace: string };
  readonly rules: typeof rules;
  readonly configs: Readonly<Record<ConfigName, Config>>;
}

const { name, version } = createRequire(import.meta.url)('../package.json') as {
  readonly name: string;
  readonly version: string;
};
const meta = { name, version, namespace };

/** The plugin as ESLint and Oxlint load it. */
export const plugin: RefrainPlugin = {
  meta,
  rules,
  // Presets name the plugin that they belong to; ESLint asks for the rules only.
  configs: createConfigs({ meta, rules } as unknown as TSESLint.FlatConfig.Plugin),
};
