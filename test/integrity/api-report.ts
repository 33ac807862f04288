import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from './repository.js';

/** The published entries of each package, as its `exports` have them; `./internal` promises nothing to anybody. */
function entriesOf(name: string): readonly (readonly [entry: string, types: string])[] {
  const manifest = JSON.parse(readFileSync(join(root, name, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, string | { readonly types?: string }>>;
  };
  return Object.entries(manifest.exports).flatMap(([entry, target]) =>
    typeof target === 'object' && target.types && entry !== './internal'
      ? [[entry, join(root, name, target.types)] as const]
      : [],
  );
}

/**
 * What each package promises, as text, by the package's name: for each entry its exports, each with its declaration out
 * of the built `.d.ts` files, without comments and private members. A change of this text is a change for users.
 */
export function apiReports(names: readonly string[]): ReadonlyMap<string, string> {
  const entries = new Map(names.map((name) => [name, entriesOf(name)]));
  const program = ts.createProgram(
    [...entries.values()].flatMap((ofOne) => ofOne.map(([, file]) => file)),
    { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, skipLibCheck: true, types: ['node'] },
  );
  return new Map(names.map((name) => [name, reportOf(name, entries.get(name)!, program)]));
}

function reportOf(
  name: string,
  entries: readonly (readonly [entry: string, types: string])[],
  program: ts.Program,
): string {
  const checker = program.getTypeChecker();
  const sections = entries.map(([entry, file]) => {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (!module) throw new Error(`${file} is not built`);
    const exported = checker.getExportsOfModule(module).sort((a, b) => (a.name < b.name ? -1 : 1));
    const texts = exported.map((symbol) => declarationOf(symbol, checker));
    return `## \`@refrain/${name}${entry.slice(1)}\`\n\n\`\`\`typescript\n${texts.join('\n')}\`\`\`\n`;
  });
  return `# API of @refrain/${name}\n\nMade by \`npm run api-reports\`; a test compares.\n\n${sections.join('\n')}`;
}

const printer = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed });

function declarationOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const declarations = target.declarations ?? [];
  // A module is called by its path, which is another on each machine.
  const targetName = target.name.replace(`${root}/`, '');
  const renamed = targetName === symbol.name ? '' : `// ${targetName} as ${symbol.name}\n`;
  const texts = declarations.map((declaration) => {
    const file = declaration.getSourceFile();
    const inOurs = file.fileName.startsWith(root) && !file.fileName.includes('/node_modules/');
    return inOurs ? print(statementOf(declaration), file) : `// ${symbol.name}: of another package`;
  });
  return `${renamed}${[...new Set(texts)].join('\n')}\n`;
}

/** The whole statement: a variable's declaration alone lacks its `const`. */
function statementOf(node: ts.Node): ts.Node {
  return ts.isVariableDeclaration(node) ? node.parent.parent : node;
}

function print(node: ts.Node, file: ts.SourceFile): string {
  if (ts.isSourceFile(node)) return '// a namespace';
  return printer
    .printNode(ts.EmitHint.Unspecified, node, file)
    .split('\n')
    .filter((line) => !/^\s+(private |#)/.test(line))
    .join('\n')
    .replace(/^export (declare )?/, '');
}
