#!/usr/bin/env node
import { main } from '../dist/index.js';

const exitCode = await main(process.argv.slice(2));
const written = [process.stdout, process.stderr].map(
  (stream) => new Promise((done) => stream.write('', done)),
);
await Promise.all(written);
// A project's modules may hold timers and connections, which would keep the process.
process.exit(exitCode);
