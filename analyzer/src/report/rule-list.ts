/** Every rule id with one line of what it means. */

const titles: Readonly<Record<string, string>> = {
  'wall-clock': 'The time of the host is read',
  randomness: 'A random value is used',
  environment: 'The process or the machine is asked',
  io: 'The outside world is talked to',
  'native-timer': 'A timer of the process is set',
  'host-concurrency': 'Something runs beside the workflow',
  locale: "The host's language, zone or ICU data decides",
  'dynamic-code': 'Code is made from text',
  'gc-observation': 'The garbage collector is observed',
  'stack-observation': 'The call stack is observed',
  'module-state': 'State that executions share is written',
  'global-mutation': 'A global or a prototype of the language is changed',
  'unstable-order': 'An order that may differ decides something',
  'unstable-identity': 'The name or id of a command is not the same on replay',
  'forbidden-module': 'A module that the sandbox does not provide is imported',
  'import-effect': 'Loading a module has an effect',
  'replay-introspection': 'Behaviour depends on being replayed',
  'floating-command': "A command's promise is dropped",
  'require-activity-timeout': 'Activities have no timeout',
  'activity-value-import': 'Activity code is imported into workflow code',
  'async-query': 'A query handler is asynchronous',
  'mutating-query': 'A query handler changes state',
  'swallowed-cancellation': 'A cancellation is caught and lost',
  'require-literal-patch-id': 'A patch id is not a constant',
  'unbounded-history': 'An endless loop of commands never continues as new',
  'attempt-in-idempotency-key': 'A key differs from attempt to attempt',
  'no-heartbeat': 'A long activity never heartbeats',
  'unused-suppression': 'A comment suppresses nothing',
  'suppression-without-reason': 'A comment suppresses without a reason',
};

export const ruleIds: readonly string[] = Object.keys(titles);

export function ruleTitle(id: string): string {
  return titles[id] ?? id;
}
