import { checkRule, inngest, restate } from '../rule-tester.js';

checkRule('no-locale', {
  valid: [
    restate("      return new Date(0).toLocaleString('en-GB', { timeZone: 'UTC' });"),
    restate('      return new Date(0).toISOString();'),
    restate("      return new Intl.NumberFormat('en-GB').format(1234.5);"),
  ],
  invalid: [
    restate('      return new Date(0).toLocaleString(); // !'),
    inngest('  return (1234.5).toLocaleString(); // !'),
    restate('      return new Date(0).getHours(); // !'),
  ],
});
