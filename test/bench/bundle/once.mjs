// Bundles and loads once (`first`) or twice (`again`, of which the second counts); prints milliseconds.
import { Script } from 'node:vm';
import { fileURLToPath } from 'node:url';

const [system, what] = process.argv.slice(2);
const file = (name) => fileURLToPath(new URL(name, import.meta.url));

async function refrain() {
  const { bundleWorkflowCode, loadBundle } = await import('@refrain/engine/internal');
  const workflowsPath = file('../engine/workflows.mjs');
  return async () => loadBundle(await bundleWorkflowCode({ workflowsPath }));
}

async function temporal() {
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const logger = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error: console.error };
  const workflowsPath = file('temporal-workflows.mjs');
  // Its worker compiles the bundle, and runs it in a context for each execution.
  return async () => new Script((await bundleWorkflowCode({ workflowsPath, logger })).code);
}

const run = await (system === 'refrain' ? refrain() : temporal());
if (what === 'again') await run();
const began = performance.now();
await run();
console.log(performance.now() - began);
process.exit(0);
