import { defineCommand } from '../command.js';

export const dev = defineCommand({
  usage: 'dev',
  describe: 'Engine and worker, reloading code as you edit',
  examples: [
    ['refrain dev --workflows src/workflows.ts --activities src/activities.ts', 'engine and worker'],
    ['refrain dev --temporal localhost:7233 --workflows src/workflows.ts', 'a worker of a Temporal cluster'],
    ['refrain dev --port 7233', 'the engine alone, for Temporal’s SDKs and `refrain workflow`'],
  ],
  positionals: {},
  options: {
    workflows: { type: 'string', requiresArg: true, describe: 'Module that exports workflows' },
    activities: { type: 'string', requiresArg: true, describe: 'Module that exports activities' },
    file: { type: 'string', default: 'refrain.db', requiresArg: true, describe: 'Database file' },
    'task-queue': {
      type: 'string',
      default: 'default',
      requiresArg: true,
      describe: 'Task queue of the worker',
    },
    port: {
      type: 'number',
      default: 7233,
      requiresArg: true,
      describe: 'Port of Temporal’s API; 0: a free one',
    },
    host: { type: 'string', default: '127.0.0.1', requiresArg: true, describe: 'Address to listen on' },
    namespace: { type: 'string', array: true, default: ['default'], describe: 'Namespaces to serve' },
    retention: {
      type: 'string',
      requiresArg: true,
      describe: 'Delete runs so long after their end: 72h; default: never',
    },
    'metrics-port': { type: 'number', requiresArg: true, describe: 'Serve Prometheus metrics at /metrics' },
    'api-key': { type: 'string', requiresArg: true, describe: 'Clients must send it' },
    'tls-cert-path': { type: 'string', requiresArg: true, describe: 'The server’s certificate' },
    'tls-key-path': { type: 'string', requiresArg: true, describe: 'Its key' },
    'tls-client-ca-path': {
      type: 'string',
      requiresArg: true,
      describe: 'Authority of the clients’ certificates',
    },
    temporal: {
      type: 'string',
      requiresArg: true,
      describe: 'host:port of a Temporal cluster to run the worker on, in place of the engine',
    },
    watch: { type: 'boolean', default: true, describe: 'Reload the code when it changes' },
  },
  async run({ temporal, ...given }, terminal) {
    if (temporal === undefined) {
      return (await import('../engine/dev.js')).runDevCommand(given, terminal);
    }
    const { runDevOnTemporalCommand } = await import('../engine/dev-temporal.js');
    return runDevOnTemporalCommand({ ...given, temporal }, terminal);
  },
});
