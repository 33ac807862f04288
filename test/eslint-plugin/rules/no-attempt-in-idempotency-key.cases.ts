import { checkRule } from '../rule-tester.js';

checkRule('no-attempt-in-idempotency-key', {
  valid: [
    `import { activityInfo } from '@temporalio/activity';
export async function charge(id: string) {
  return fetch('https://example.org', { headers: { 'Idempotency-Key': id } });
}
`,
  ],
  invalid: [
    `import { activityInfo } from '@temporalio/activity';
export async function charge(id: string) {
  const key = \`\${id}-\${activityInfo().attempt}\`; // !
  return fetch('https://example.org', { headers: { 'Idempotency-Key': key } });
}
`,
  ],
});
