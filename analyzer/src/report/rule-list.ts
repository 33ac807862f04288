/** Every rule id with one line of what it means, and one of what that does on replay. */

const rules: Readonly<Record<string, readonly [title: string, why: string]>> = {
  'wall-clock': [
    'The time of the host is read',
    'On replay the clock shows another time, so that a branch, a command or an id may differ from the recorded one.',
  ],
  randomness: [
    'A random value is used',
    'On replay it is another number or id than the one that history was made with.',
  ],
  environment: [
    'The process or the machine is asked',
    'A replay runs on another machine or process: other variables, another process id, other arguments.',
  ],
  io: [
    'The outside world is talked to',
    'On replay the file, server or database answers something else, or not at all, and the effect happens again.',
  ],
  'native-timer': [
    'A timer of the process is set',
    'The wait is not recorded: on replay it begins anew, and its order against recorded events is open.',
  ],
  'host-concurrency': [
    'Something runs beside the workflow',
    'Threads and processes finish in another order each time.',
  ],
  locale: [
    "The host's language, zone or ICU data decides",
    'Another machine has another time zone, language or version of the locale data: other text, another sorting.',
  ],
  'dynamic-code': ['Code is made from text', 'What runs is not the code that was checked.'],
  'gc-observation': ['The garbage collector is observed', 'On replay memory is collected at another moment.'],
  'stack-observation': [
    'The call stack is observed',
    'Another build has other lines, and another depth of calls has another stack.',
  ],
  'module-state': [
    'State that executions share is written',
    'The variable holds what other executions, or this one before a crash, have left in it.',
  ],
  'global-mutation': [
    'A global or a prototype of the language is changed',
    'The change of one execution reaches the others, in an order that nobody records.',
  ],
  'unstable-order': [
    'An order that may differ decides something',
    'On replay something else may come first, and what comes first decides.',
  ],
  'unstable-identity': [
    'The name or id of a command is not the same on replay',
    'A command with another name or id does not match the recorded one.',
  ],
  'forbidden-module': [
    'A module that the sandbox does not provide is imported',
    'The module is not there in the sandbox, or brings effects that a replay repeats.',
  ],
  'import-effect': [
    'Loading a module has an effect',
    'A module is loaded once for each process and not once for each run, so the effect does not follow history.',
  ],
  'replay-introspection': [
    'Behaviour depends on being replayed',
    'Code that asks whether it is replayed does something else than what was recorded.',
  ],
  'floating-command': [
    "A command's promise is dropped",
    'Nobody awaits the command: its failure is lost, and the run may end before it.',
  ],
  'require-activity-timeout': [
    'Activities have no timeout',
    'An activity without a timeout whose worker died is waited for, for ever.',
  ],
  'activity-value-import': [
    'Activity code is imported into workflow code',
    'The activity’s code, with all that it may do, comes into the sandbox and is called there.',
  ],
  'async-query': [
    'A query handler is asynchronous',
    'Queries are not recorded: what one waits for does not happen on replay.',
  ],
  'mutating-query': [
    'A query handler changes state',
    'Queries are not recorded: what one changes is not there after a replay.',
  ],
  'swallowed-cancellation': [
    'A cancellation is caught and lost',
    'The workflow was cancelled, and goes on as if nothing had been.',
  ],
  'require-literal-patch-id': [
    'A patch id is not a constant',
    'A patch whose name changes is another patch.',
  ],
  'unbounded-history': [
    'An endless loop of commands never continues as new',
    'A history that grows without end reaches its limit, and the run is ended.',
  ],
  'attempt-in-idempotency-key': [
    'A key differs from attempt to attempt',
    'Each attempt has another key, so each does the work again.',
  ],
  'no-heartbeat': [
    'A long activity never heartbeats',
    'An activity whose worker died is noticed only when its timeout is over.',
  ],
  'unused-suppression': [
    'A comment suppresses nothing',
    'The comment would hide a finding that comes to stand below it one day.',
  ],
  'suppression-without-reason': [
    'A comment suppresses without a reason',
    'Nobody can tell later why the finding was thought harmless.',
  ],
};

export const ruleIds: readonly string[] = Object.keys(rules);

/** Rules about the use of the check itself: the code may be right, so that they only warn. */
export const adviceRules: ReadonlySet<string> = new Set(['unused-suppression', 'suppression-without-reason']);

export function ruleTitle(id: string): string {
  return rules[id]?.[0] ?? id;
}

export function ruleReason(id: string): string {
  return rules[id]?.[1] ?? '';
}
