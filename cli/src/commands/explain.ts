import { defineCommand } from '../command.js';
import { nearest } from '../nearest.js';
import { pageNames, readPage } from '../pages.js';
import { UsageError } from '../usage-error.js';

export const explain = defineCommand({
  usage: 'explain [topic]',
  describe: 'What a rule or error code means, what to do',
  examples: [
    ['refrain explain wall-clock', 'why workflow code must not read the clock'],
    ['refrain explain RFN7001', 'what an error code means'],
  ],
  positionals: { topic: { type: 'string', describe: 'A rule id or an error code; none lists them all' } },
  options: {},
  run: async ({ topic }, { stdout }) => {
    const rules = pageNames('rules');
    const codes = pageNames('errors');
    if (topic === undefined) {
      stdout.write(`Rules:\n  ${rules.join('\n  ')}\n\nError codes:\n  ${codes.join('\n  ')}\n`);
      return 0;
    }
    // In the linter, rules stand behind the plugin's name.
    const rule = topic.toLowerCase().replace(/^@?refrain\//, '');
    const page = readPage('rules', rule) ?? readPage('errors', topic.toUpperCase());
    if (page === undefined) {
      const guess = nearest(rule, [...rules, ...codes]);
      const hint = guess ? ` Did you mean \`${guess}\`?` : ' `refrain explain` lists all of them.';
      throw new UsageError('RFN7002', `There is no rule or error code \`${topic}\`.${hint}`);
    }
    stdout.write(page);
    return 0;
  },
});
