// `npm run new-rule -- <name>` adds a rule to the ESLint plugin: its module, its page, its test, and
// its row in the two tables. `<name>` is the analyzer's rule id (`wall-clock`), or the ESLint name
// (`no-wall-clock`). What it writes fails the tests until the blanks are filled in, on purpose.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { root: { type: 'string', default: dirname(dirname(fileURLToPath(import.meta.url))) } },
});
const [given] = positionals;
if (positionals.length !== 1 || !/^[a-z]+(-[a-z]+)*$/.test(given)) {
  console.error('usage: npm run new-rule -- <name>   (words in lower case, joined by hyphens)');
  process.exit(2);
}

const asks = given.startsWith('require-');
const id = given.replace(/^no-/, '');
const name = asks ? given : `no-${id}`;
const variable = name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());

const files = {
  [`eslint-plugin/src/rules/${name}.ts`]: `import { findingRule } from '../finding-rule.js';

export const ${variable} = findingRule({
  id: '${id}',
  description: '',
});
`,
  [`docs/rules/${id}.md`]: `# ${id}

## What

## Why it breaks replay

## Incorrect

\`\`\`ts
\`\`\`

## Correct

\`\`\`ts
\`\`\`

## Options

## When not to use it
`,
  [`test/eslint-plugin/rules/${name}.cases.ts`]: `import { checkRule, temporal } from '../rule-tester.js';

checkRule('${name}', {
  valid: [temporal('  return input.id;')],
  invalid: [temporal('  return input.id; // !')],
});
`,
};

const taken = Object.keys(files).filter((file) => existsSync(join(values.root, file)));
if (taken.length > 0) {
  console.error(`new-rule: ${taken.join(', ')} exists already; nothing was written`);
  process.exit(1);
}
for (const [file, text] of Object.entries(files)) {
  const path = join(values.root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(`wrote ${file}`);
}
const key = id.includes('-') ? `'${id}'` : id;
edit('eslint-plugin/src/rule-table.ts', [['} as const satisfies', `  ${key}: '${name}',\n`]]);
edit('eslint-plugin/src/all-rules.ts', [
  ['import { noTransitiveNondeterminism }', `import { ${variable} } from './rules/${name}.js';\n`],
  ["  'no-transitive-nondeterminism':", `  '${name}': ${variable},\n`],
]);
console.log(`Now: add '${id}' to the analyzer, fill in the page and the description, and write the tests.`);

/** Puts each text in front of the line that starts with its anchor. */
function edit(file, insertions) {
  const path = join(values.root, file);
  let text = readFileSync(path, 'utf8');
  for (const [anchor, addition] of insertions) {
    const at = text.startsWith(anchor) ? 0 : text.indexOf(`\n${anchor}`) + 1;
    if (at === 0 && !text.startsWith(anchor)) {
      console.error(
        `new-rule: ${file} has no line that starts with "${anchor}"; add this by hand:\n${addition}`,
      );
      process.exit(1);
    }
    text = text.slice(0, at) + addition + text.slice(at);
  }
  writeFileSync(path, text);
  console.log(`edited ${file}`);
}
