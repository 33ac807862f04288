import { linkedReports } from '../analysis/linked-reports.js';
import { createRule } from '../create-rule.js';
import { notPortableSchema, type FindingRuleOptions } from '../finding-rule.js';
import { transitiveRuleName } from '../rule-table.js';
import { readSettings } from '../settings.js';

/**
 * The file on which the missing type service was reported, by the settings that a lint run shares.
 * It is reported on that file only, again at each of its lints, so that an editor keeps showing it.
 */
const reportedWithoutTypes = new WeakMap<object, string>();

export const noTransitiveNondeterminism = createRule<FindingRuleOptions, 'reached' | 'noTypes'>({
  name: transitiveRuleName,
  meta: {
    type: 'problem',
    docs: {
      description: 'Disallow calls that reach something nondeterministic in another file',
      preset: 'recommendedTypeChecked',
    },
    messages: {
      reached: '{{message}}',
      noTypes:
        'RFN6001: no type information, so calls into other files are not checked (said once, of this file). ' +
        'Set `languageOptions.parserOptions.projectService` to true with typescript-eslint as the parser, or use a ' +
        'preset without `TypeChecked`.',
    },
    schema: [notPortableSchema],
    defaultOptions: [{ notPortable: 'report' }],
  },
  create(context) {
    const settings = readSettings(context.settings);
    const [{ notPortable } = {}] = context.options;
    const { sourceCode, filename } = context;
    const program = sourceCode.parserServices?.program ?? undefined;
    return {
      'Program:exit'(node) {
        if (program === undefined) {
          const first = reportedWithoutTypes.get(context.settings) ?? filename;
          reportedWithoutTypes.set(context.settings, first);
          if (first === filename) {
            const loc = { start: { line: 1, column: 0 }, end: { line: 1, column: 0 } };
            context.report({ node, loc, messageId: 'noTypes' });
          }
          return;
        }
        for (const { start, end, message, severity } of linkedReports(context, settings, program)) {
          if (severity === 'warning' && notPortable === 'ignore') continue;
          context.report({
            loc: { start: sourceCode.getLocFromIndex(start), end: sourceCode.getLocFromIndex(end) },
            messageId: 'reached',
            data: { message },
          });
        }
      },
    };
  },
});
