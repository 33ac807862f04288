#!/usr/bin/env node
import { runDevServerCommand } from '../dist/server/dev-server-command.js';

await runDevServerCommand(process.argv.slice(2));
