import type { RuleId } from '@refrain/analyzer';
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { JSONSchema4 } from '@typescript-eslint/utils/json-schema';
import { fileFindings } from './analysis/file-findings.js';
import type { Finding } from './analysis/finding.js';
import { createRule, type RuleDocs } from './create-rule.js';
import { pathTo, type Edit, type FindRemedy, type Remedy } from './remedies/site.js';
import { ruleNames } from './rule-table.js';
import { readSettings } from './settings.js';

export interface FindingRuleDefinition {
  readonly id: RuleId;
  readonly description: string;
  /** Tried in turn; the first that knows the code decides. */
  readonly remedies?: readonly FindRemedy[];
  /** A remedy of this rule may be a fix. */
  readonly fixable?: boolean;
}

export type FindingRuleOptions = readonly [
  {
    /** What to do with code that this engine copes with and others do not. */
    readonly notPortable?: 'report' | 'ignore';
  },
];

export const notPortableSchema: JSONSchema4 = {
  type: 'object',
  properties: { notPortable: { type: 'string', enum: ['report', 'ignore'] } },
  additionalProperties: false,
};

type MessageId = 'finding' | 'remedy';
export type FindingRule = TSESLint.RuleModule<MessageId, FindingRuleOptions, RuleDocs> & {
  readonly name: string;
};
type Context = Readonly<TSESLint.RuleContext<MessageId, FindingRuleOptions>>;

/** A rule that reports what the analysis of the file finds under one rule id. */
export function findingRule({
  id,
  description,
  remedies = [],
  fixable = false,
}: FindingRuleDefinition): FindingRule {
  return createRule<FindingRuleOptions, MessageId>({
    name: ruleNames[id],
    meta: {
      type: 'problem',
      docs: { description, preset: 'recommended' },
      messages: { finding: '{{message}}', remedy: '{{title}}.' },
      schema: [notPortableSchema],
      defaultOptions: [{ notPortable: 'report' }],
      ...(fixable && { fixable: 'code' }),
      ...(remedies.length > 0 && { hasSuggestions: true }),
    },
    create(context) {
      const settings = readSettings(context.settings);
      const [{ notPortable } = {}] = context.options;
      return {
        'Program:exit'() {
          for (const finding of fileFindings(context, settings))
            if (finding.ruleId === id && (finding.severity === 'error' || notPortable !== 'ignore'))
              reportFinding(context, finding, remedyFor(context, finding, remedies));
        },
      };
    },
  });
}

function reportFinding(context: Context, finding: Finding, remedy: Remedy | undefined): void {
  context.report({
    loc: locate(context.sourceCode, finding.start, finding.end),
    messageId: 'finding',
    data: { message: finding.message },
    ...(remedy?.kind === 'fix' && { fix: apply(remedy.edits) }),
    ...(remedy?.kind === 'suggestion' && {
      suggest: [{ messageId: 'remedy', data: { title: remedy.title }, fix: apply(remedy.edits) }],
    }),
  });
}

/** A remedy that cannot cope with the code is no reason to lose the finding. */
function remedyFor(
  { sourceCode }: Context,
  finding: Finding,
  remedies: readonly FindRemedy[],
): Remedy | undefined {
  if (remedies.length === 0) return undefined;
  const path = pathTo(sourceCode, finding.start, finding.end);
  for (const remedy of remedies) {
    const found = remedy({ finding, profile: finding.profile, sourceCode, path });
    if (found !== undefined) return found;
  }
  return undefined;
}

function apply(edits: readonly Edit[]): TSESLint.ReportFixFunction {
  return (fixer) => edits.map(({ range, text }) => fixer.replaceTextRange(range, text));
}

function locate(
  sourceCode: Readonly<TSESLint.SourceCode>,
  start: number,
  end: number,
): TSESTree.SourceLocation {
  return { start: sourceCode.getLocFromIndex(start), end: sourceCode.getLocFromIndex(end) };
}
