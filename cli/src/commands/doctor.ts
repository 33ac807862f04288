import { defineCommand } from '../command.js';

export const doctor = defineCommand({
  usage: 'doctor [path]',
  describe: 'Say what is missing for Refrain to work here',
  examples: [['refrain doctor', 'check the project in this folder']],
  positionals: { path: { type: 'string', default: '.', describe: 'The project’s folder' } },
  options: {},
  run: async (given, terminal) => (await import('../doctor/run.js')).runDoctorCommand(given, terminal),
});
