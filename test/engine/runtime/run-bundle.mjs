// Usage: node run-bundle.mjs <bundle.json>: runs the workflows of fixtures/workflow-api/observe.ts, prints the completions.
import { readFileSync } from 'node:fs';
import { loadBundle } from '@refrain/engine/internal';
import { activation, initialize } from './activations.mjs';

const loaded = loadBundle(JSON.parse(readFileSync(process.argv[2], 'utf8')));
const timestampMs = 1_709_251_199_123;
const completions = [];
for (const type of ['observe', 'fails']) {
  const instance = loaded.createInstance();
  completions.push(instance.activate(activation([initialize(type)], { timestampMs })));
  if (type === 'observe') {
    completions.push(instance.activate(activation([{ type: 'fireTimer', seq: 1 }], { timestampMs })));
  }
}
process.stdout.write(JSON.stringify(completions));
