// Writes docs/architecture/machines.md from the transition tables of engine/src/core/machines.
// Run after a build: node scripts/generate-machine-diagrams.mjs
import { writeFile } from 'node:fs/promises';
import { machineDiagrams } from './machine-diagrams.mjs';

await writeFile(new URL('../docs/architecture/machines.md', import.meta.url), machineDiagrams());
