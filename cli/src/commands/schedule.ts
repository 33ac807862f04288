import type { CommandGroup } from '../command.js';
import { defineCommand } from '../command.js';
import { connectionOptions } from '../engine/connection-options.js';

/** Loads the engine, and only when a command needs it. */
const actions = () => import('../engine/schedule-actions.js');

const common = {
  ...connectionOptions,
  format: {
    type: 'string',
    default: 'text',
    choices: ['text', 'json'],
    describe: 'For people or machines',
  },
} as const;
const ofOne = {
  ...common,
  'schedule-id': {
    type: 'string',
    alias: 's',
    demandOption: true,
    requiresArg: true,
    describe: 'The schedule’s id',
  },
} as const;
const text = (describe: string) => ({ type: 'string', requiresArg: true, describe }) as const;
const texts = (describe: string) =>
  ({ type: 'string', array: true, default: [] as string[], requiresArg: true, describe }) as const;
const needed = (describe: string) => ({ ...text(describe), demandOption: true }) as const;
const overlap = {
  ...text('When an action of before still runs'),
  choices: ['Skip', 'BufferOne', 'BufferAll', 'CancelOther', 'TerminateOther', 'AllowAll'],
} as const;
const whole = {
  ...ofOne,
  type: needed('The workflow type to start'),
  'task-queue': { ...text('Where its worker polls'), alias: 't', default: 'default' },
  'workflow-id': { ...text('Each start adds its time to it; default: <schedule id>-workflow'), alias: 'w' },
  args: text('Arguments, as a JSON array'),
  cron: texts('Cron expression: "0 12 * * MON-FRI", "@daily"'),
  interval: texts('Every so often, from a phase on: 45m, 6h/5h'),
  calendar: texts('Times as JSON: {"dayOfWeek":"Fri","hour":"17"}'),
  'time-zone': text('IANA name; default: UTC'),
  'start-time': text('Nothing before this time'),
  'end-time': text('Nothing after this time'),
  jitter: text('Delay each action at random by up to this'),
  'overlap-policy': overlap,
  'catchup-window': text('How late a missed action may be taken'),
  'pause-on-failure': { type: 'boolean', default: false, describe: 'Pause when a workflow fails' },
  paused: { type: 'boolean', default: false, describe: 'Do not act until unpaused' },
  notes: text('A note for people'),
  'remaining-actions': { type: 'number', requiresArg: true, describe: 'Act this many times' },
} as const;

const members = [
  defineCommand({
    usage: 'create',
    describe: 'Create a schedule',
    examples: [
      ["refrain schedule create -s nightly --cron '0 3 * * *' --type cleanUp", 'at three each night'],
    ],
    positionals: {},
    options: whole,
    run: async (given, terminal) => (await actions()).create(given, terminal),
  }),
  defineCommand({
    usage: 'list',
    describe: 'List schedules',
    examples: [['refrain schedule list --file app.db', '']],
    positionals: {},
    options: {
      ...common,
      limit: { type: 'number', default: 100, requiresArg: true, describe: 'At most this many' },
    },
    run: async (given, terminal) => (await actions()).list(given, terminal),
  }),
  defineCommand({
    usage: 'describe',
    describe: 'Show a schedule: when it acts, what it did, what comes next',
    examples: [['refrain schedule describe -s nightly', '']],
    positionals: {},
    options: ofOne,
    run: async (given, terminal) => (await actions()).describe(given, terminal),
  }),
  defineCommand({
    usage: 'update',
    describe: 'Replace a schedule by what the options say',
    examples: [
      ["refrain schedule update -s nightly --cron '0 4 * * *' --type cleanUp", 'at four from now on'],
    ],
    positionals: {},
    options: whole,
    run: async (given, terminal) => (await actions()).update(given, terminal),
  }),
  defineCommand({
    usage: 'pause',
    describe: 'Let a schedule not act until it is unpaused',
    examples: [['refrain schedule pause -s nightly --reason "disk full"', '']],
    positionals: {},
    options: { ...ofOne, reason: text('Kept as the schedule’s note') },
    run: async (given, terminal) => (await actions()).pause(given, terminal),
  }),
  defineCommand({
    usage: 'unpause',
    describe: 'Let a paused schedule act again',
    examples: [['refrain schedule unpause -s nightly', '']],
    positionals: {},
    options: { ...ofOne, reason: text('Kept as the schedule’s note') },
    run: async (given, terminal) => (await actions()).unpause(given, terminal),
  }),
  defineCommand({
    usage: 'trigger',
    describe: 'Act now',
    examples: [['refrain schedule trigger -s nightly', '']],
    positionals: {},
    options: { ...ofOne, 'overlap-policy': overlap },
    run: async (given, terminal) => (await actions()).trigger(given, terminal),
  }),
  defineCommand({
    usage: 'backfill',
    describe: 'Act as if a period of the past had just passed',
    examples: [
      [
        'refrain schedule backfill -s nightly --start-time 2026-01-01T00:00:00Z --end-time 2026-01-08T00:00:00Z',
        '',
      ],
    ],
    positionals: {},
    options: {
      ...ofOne,
      'start-time': needed('Begin of the period'),
      'end-time': needed('End of the period'),
      'overlap-policy': overlap,
    },
    run: async (given, terminal) => (await actions()).backfill(given, terminal),
  }),
  defineCommand({
    usage: 'delete',
    describe: 'Delete a schedule; what it started goes on',
    examples: [['refrain schedule delete -s nightly', '']],
    positionals: {},
    options: ofOne,
    run: async (given, terminal) => (await actions()).remove(given, terminal),
  }),
];

export const schedule: CommandGroup = {
  usage: 'schedule',
  describe: 'Create, pause, trigger, backfill … schedules',
  members,
};
