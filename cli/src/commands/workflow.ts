import type { CommandGroup } from '../command.js';
import { defineCommand } from '../command.js';
import { connectionOptions } from '../engine/connection-options.js';

/** Loads the engine, and only when a command needs it. */
const actions = () => import('../engine/workflow-actions.js');

const format = {
  type: 'string',
  default: 'text',
  choices: ['text', 'json'],
  describe: 'For people or machines',
} as const;
const common = { ...connectionOptions, format } as const;
const workflowId = {
  type: 'string',
  alias: 'w',
  demandOption: true,
  requiresArg: true,
  describe: 'The workflow’s id',
} as const;
const runId = {
  type: 'string',
  alias: 'r',
  requiresArg: true,
  describe: 'A run of it; default: the newest',
} as const;
const ofOne = { ...common, 'workflow-id': workflowId, 'run-id': runId } as const;
const args = { type: 'string', requiresArg: true, describe: 'Arguments, as a JSON array' } as const;
const query = {
  type: 'string',
  alias: 'q',
  requiresArg: true,
  describe: 'A list filter: ExecutionStatus = "Running"',
} as const;
const reason = { type: 'string', requiresArg: true, describe: 'Recorded in the history' } as const;
const name = {
  type: 'string',
  demandOption: true,
  requiresArg: true,
  describe: 'Name of the handler',
} as const;
const starting = {
  ...common,
  type: { type: 'string', demandOption: true, requiresArg: true, describe: 'The workflow type' },
  'task-queue': {
    type: 'string',
    alias: 't',
    default: 'default',
    requiresArg: true,
    describe: 'Where its worker polls',
  },
  'workflow-id': { ...workflowId, demandOption: false, describe: 'Default: a new id' },
  args,
} as const;

const members = [
  defineCommand({
    usage: 'list',
    describe: 'List executions, the newest first',
    examples: [['refrain workflow list --file app.db -q \'WorkflowType = "orderWorkflow"\'', '']],
    positionals: {},
    options: {
      ...common,
      query,
      limit: { type: 'number', default: 100, requiresArg: true, describe: 'At most this many' },
    },
    run: async (given, terminal) => (await actions()).list(given, terminal),
  }),
  defineCommand({
    usage: 'count',
    describe: 'Count executions',
    examples: [["refrain workflow count -q 'GROUP BY ExecutionStatus'", 'by status']],
    positionals: {},
    options: { ...common, query },
    run: async (given, terminal) => (await actions()).count(given, terminal),
  }),
  defineCommand({
    usage: 'describe',
    describe: 'Show an execution: state, pending activities, children, failures',
    examples: [['refrain workflow describe --file app.db -w order-7', '']],
    positionals: {},
    options: ofOne,
    run: async (given, terminal) => (await actions()).describe(given, terminal),
  }),
  defineCommand({
    usage: 'show',
    describe: 'Print a history: as a timeline, or as Temporal’s JSON',
    examples: [['refrain workflow show --file app.db -w order-7 --format json > order.json', 'export it']],
    positionals: {},
    options: ofOne,
    run: async (given, terminal) => (await actions()).show(given, terminal),
  }),
  defineCommand({
    usage: 'result',
    describe: 'Wait for the end of an execution, and print its result',
    examples: [['refrain workflow result -w order-7', 'exit 1 unless it completed']],
    positionals: {},
    options: ofOne,
    run: async (given, terminal) => (await actions()).result(given, terminal),
  }),
  defineCommand({
    usage: 'start',
    describe: 'Start a workflow',
    examples: [['refrain workflow start --type orderWorkflow -w order-7 --args \'[{"orderId":"7"}]\'', '']],
    positionals: {},
    options: starting,
    run: async (given, terminal) => (await actions()).start(given, terminal),
  }),
  defineCommand({
    usage: 'execute',
    describe: 'Start a workflow and wait for its result',
    examples: [['refrain workflow execute --type orderWorkflow -w order-7', '']],
    positionals: {},
    options: starting,
    run: async (given, terminal) => (await actions()).execute(given, terminal),
  }),
  defineCommand({
    usage: 'signal',
    describe: 'Send a signal',
    examples: [["refrain workflow signal -w order-7 --name approve --args '[true]'", '']],
    positionals: {},
    options: { ...ofOne, name, args },
    run: async (given, terminal) => (await actions()).signal(given, terminal),
  }),
  defineCommand({
    usage: 'query',
    describe: 'Ask a query',
    examples: [['refrain workflow query -w order-7 --name status', '']],
    positionals: {},
    options: { ...ofOne, name, args },
    run: async (given, terminal) => (await actions()).query(given, terminal),
  }),
  defineCommand({
    usage: 'update',
    describe: 'Send an update and wait for its result',
    examples: [["refrain workflow update -w order-7 --name addItem --args '[{}]'", '']],
    positionals: {},
    options: { ...ofOne, name, args },
    run: async (given, terminal) => (await actions()).update(given, terminal),
  }),
  defineCommand({
    usage: 'cancel',
    describe: 'Request cancellation',
    examples: [['refrain workflow cancel -w order-7', '']],
    positionals: {},
    options: { ...ofOne, reason },
    run: async (given, terminal) => (await actions()).cancel(given, terminal),
  }),
  defineCommand({
    usage: 'terminate',
    describe: 'End an execution at once',
    examples: [['refrain workflow terminate -w order-7 --reason "wrong order"', '']],
    positionals: {},
    options: { ...ofOne, reason },
    run: async (given, terminal) => (await actions()).terminate(given, terminal),
  }),
  defineCommand({
    usage: 'reset',
    describe: 'Go back to a workflow task and continue from there in a new run',
    examples: [
      ['refrain workflow reset -w order-7 --type LastWorkflowTask', ''],
      ['refrain workflow reset -w order-7 --event-id 10 --reapply-exclude Signal', ''],
    ],
    positionals: {},
    options: {
      ...ofOne,
      reason,
      'event-id': { type: 'number', requiresArg: true, describe: 'A WorkflowTaskCompleted event' },
      type: {
        type: 'string',
        requiresArg: true,
        choices: ['FirstWorkflowTask', 'LastWorkflowTask', 'LastContinuedAsNew', 'BuildId'],
        describe: 'The point, by name instead of an event',
      },
      'build-id': { type: 'string', requiresArg: true, describe: 'With --type BuildId: back to before it' },
      'reapply-exclude': {
        type: 'string',
        array: true,
        default: [],
        choices: ['All', 'Signal', 'Update'],
        describe: 'What the new run does not get again',
      },
    },
    run: async (given, terminal) => (await import('../engine/reset-action.js')).reset(given, terminal),
  }),
  defineCommand({
    usage: 'delete',
    describe: 'Delete an execution and its history',
    examples: [['refrain workflow delete --file app.db -w order-7', '']],
    positionals: {},
    options: ofOne,
    run: async (given, terminal) => (await actions()).remove(given, terminal),
  }),
  defineCommand({
    usage: 'import <history>',
    describe: 'Take a history into an engine’s file: closed as it is, open to go on',
    examples: [['refrain workflow import order.json --file app.db', '']],
    positionals: { history: { type: 'string', demandOption: true, describe: 'A history file' } },
    options: common,
    run: async (given, terminal) => (await actions()).importHistory(given, terminal),
  }),
];

export const workflow: CommandGroup = {
  usage: 'workflow',
  describe: 'Start, signal, query, list, show … workflows',
  members,
};
