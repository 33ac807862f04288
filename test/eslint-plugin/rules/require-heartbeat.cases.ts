import { checkRule } from '../rule-tester.js';

checkRule('require-heartbeat', {
  valid: [
    `import { heartbeat } from '@temporalio/activity';
export async function copy(items: string[]) {
  for (const item of items) {
    await fetch(item);
    heartbeat(item);
  }
}
`,
  ],
  invalid: [
    `import { log } from '@temporalio/activity';
export async function copy(items: string[]) { // !
  for (const item of items) {
    await fetch(item);
    log.info(item);
  }
}
`,
  ],
});
