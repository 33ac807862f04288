// Bundles the runtime for the sandbox into engine/dist, so that a new process need not: run it after `tsc -b`. The engine
// bundles it anew by itself when the file is missing or its sources have changed since.
import { writeFileSync } from 'node:fs';
import { buildRuntime, prebuiltRuntimeFile, readPrebuilt } from '../engine/dist/sandbox/runtime-code.js';

if (!readPrebuilt()) writeFileSync(prebuiltRuntimeFile, JSON.stringify(await buildRuntime()));
