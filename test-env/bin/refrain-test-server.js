#!/usr/bin/env node
import { runTestServerCommand } from '../dist/server/test-server-command.js';

await runTestServerCommand(process.argv.slice(2));
