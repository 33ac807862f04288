// The linters that the table compares. Each is set up as its own documentation says, for the engine that
// it is made for. Only their rules about determinism and misuse count; rules of style and of payload types
// (most of eslint-plugin-temporal) neither catch nor raise false alarms here.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const temporalRules = new Set(
  (
    'workflow-no-swallow-cancellation workflow-no-activity-definitions-import workflow-no-async-query-handler ' +
    'workflow-no-crypto-random workflow-no-crypto-random-uuid workflow-no-dynamic-import workflow-no-dynamic-require ' +
    'workflow-no-fs-in-workflow workflow-no-finalization-registry workflow-no-floating-promises ' +
    'workflow-no-network-in-workflow workflow-no-node-or-dom-imports workflow-no-process-env workflow-no-query-mutation ' +
    'workflow-no-shared-array-buffer workflow-no-setinterval workflow-no-top-level-workflow-side-effects ' +
    'workflow-no-unsafe-global-mutation workflow-no-unsafe-package-imports workflow-no-uuid-library-in-workflow ' +
    'workflow-no-weakref workflow-patch-id-literal workflow-prefer-workflow-uuid workflow-require-activity-timeouts ' +
    'workflow-no-nondeterministic-control-flow workflow-require-type-only-activity-imports workflow-no-busy-wait ' +
    'activity-heartbeat-in-long-loops'
  )
    .split(' ')
    .map((name) => `temporal/${name}`),
);

/** What is installed of the peers: `{ name, engines, config(parser), counts(ruleId) }`. */
export function installedPeers() {
  return [
    peer('eslint-plugin-temporal', ['temporal'], (plugin) => ({
      config: plugin.configs.recommended,
      counts: (rule) => temporalRules.has(rule),
    })),
    peer('@inngest/eslint-plugin', ['inngest'], (plugin) => ({
      config: { plugins: { '@inngest': plugin }, rules: plugin.configs.recommended.rules },
      counts: (rule) => rule.startsWith('@inngest/'),
    })),
    peer('@dbos-inc/eslint-plugin', ['dbos'], (plugin) => ({
      config: {
        plugins: { '@dbos-inc': plugin },
        rules: { '@dbos-inc/dbos-static-analysis': 'error' },
      },
      counts: (rule) => rule.startsWith('@dbos-inc/'),
    })),
  ];
}

function peer(name, engines, describe) {
  try {
    const loaded = require(name);
    const plugin = loaded.default ?? loaded;
    const manifest = new URL(`./node_modules/${name}/package.json`, import.meta.url);
    const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
    return { name: `${name} ${version}`, engines, ...describe(plugin) };
  } catch (error) {
    return { name, engines, missing: error instanceof Error ? error.message.split('\n')[0] : String(error) };
  }
}
