import { readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { root, sourceFiles } from './repository.js';

/** DESIGN §2: which of our packages each package may import. */
const packages: Readonly<Record<string, readonly string[]>> = {
  engine: [],
  analyzer: [],
  'eslint-plugin': ['analyzer'],
  'test-env': ['engine'],
  cli: ['engine', 'analyzer', 'eslint-plugin', 'test-env'],
};

/**
 * Which folders of engine/src each of its folders may import. `typesOnly` edges must be type imports.
 * Files at the root of src that everybody may import: errors.ts. index.ts and internal.ts import all.
 */
const engineFolders: Readonly<Record<string, { imports: readonly string[]; typesOnly?: readonly string[] }>> =
  {
    history: { imports: [] },
    failures: { imports: ['history'] },
    converter: { imports: ['history', 'failures'] },
    core: { imports: ['history'] },
    workflow: { imports: ['runtime', 'failures', 'converter'], typesOnly: ['history', 'core'] },
    runtime: { imports: ['failures', 'converter'], typesOnly: ['core', 'history'] },
    sandbox: { imports: ['runtime', 'failures', 'converter', 'history'], typesOnly: ['core'] },
    service: { imports: ['history'] },
    store: { imports: ['history'], typesOnly: ['service'] },
    worker: {
      imports: ['core', 'sandbox', 'temporal', 'history', 'failures', 'converter'],
      typesOnly: ['service'],
    },
    client: { imports: ['history', 'failures', 'converter'], typesOnly: ['service', 'runtime', 'core'] },
    frontend: { imports: ['service', 'history'] },
    temporal: { imports: ['core', 'sandbox', 'history', 'failures', 'converter'] },
    cluster: { imports: ['temporal', 'worker'] },
    replay: { imports: ['history', 'core', 'sandbox', 'temporal', 'failures', 'converter'] },
  };

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const found: Import[] = [];
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
    const specifier = statement.moduleSpecifier;
    if (!specifier || !ts.isStringLiteral(specifier)) continue;
    const typeOnly = ts.isImportDeclaration(statement)
      ? statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : statement.isTypeOnly;
    found.push({ file, specifier: specifier.text, typeOnly });
  }
  return found;
}

describe('import law', () => {
  for (const [name, allowed] of Object.entries(packages)) {
    it(`@refrain/${name} imports only ${allowed.join(', ') || 'nothing of ours'}`, () => {
      const broken = sourceFiles(join(root, name, 'src'))
        .flatMap(importsOf)
        .filter(({ specifier }) => {
          const target = /^@refrain\/([^/]+)/.exec(specifier)?.[1];
          return target !== undefined && !allowed.includes(target);
        });
      expect(broken.map((i) => `${relative(root, i.file)} imports ${i.specifier}`)).toEqual([]);
    });
  }

  it('holds inside the engine', () => {
    const src = join(root, 'engine', 'src');
    const broken: string[] = [];
    for (const item of sourceFiles(src).flatMap(importsOf)) {
      if (!item.specifier.startsWith('.')) continue;
      const from = relative(src, item.file).split(sep);
      const to = relative(src, join(dirname(item.file), item.specifier)).split(sep);
      if (from.length === 1 || to.length === 1 || from[0] === to[0]) continue;
      const law = engineFolders[from[0]!];
      const allowed = law?.imports.includes(to[0]!) || (item.typeOnly && law?.typesOnly?.includes(to[0]!));
      if (!allowed)
        broken.push(`${from.join('/')} imports ${item.specifier}${item.typeOnly ? ' (type)' : ''}`);
    }
    expect(broken).toEqual([]);
  });

  it('confines the TypeScript compiler to analyzer/src/program', () => {
    const broken = sourceFiles(join(root, 'analyzer', 'src'))
      .filter((file) => !file.includes(`${sep}program${sep}`))
      .flatMap(importsOf)
      .filter((i) => i.specifier === 'typescript' || i.specifier === 'ts-morph');
    expect(broken.map((i) => relative(root, i.file))).toEqual([]);
  });
});
