/** Writes a tree down as the files of a project. */

import type { ImportStyle, Tree } from './trees.js';

/** A place where the clock is read, or state written: its line in its file, and the constructs that it stands in. */
export interface Site {
  readonly id: number;
  readonly kind: 'clock' | 'write';
  readonly file: string;
  readonly line: number;
  /** The construct that wrote it, and which of its parts it is in. */
  readonly label: string;
}

export interface Program {
  readonly files: ReadonlyMap<string, string>;
  readonly sites: readonly Site[];
}

interface FileState {
  readonly name: string;
  readonly imports: string[];
  readonly body: string[];
}

interface RenderState {
  readonly files: FileState[];
  readonly labels: string[];
  names: number;
}

/** How a site looks in the text; `execute.ts` replaces it by a call that notes that it ran. */
export const siteText = (id: number): string => `Date.now() /*${String(id)}*/`;
export const sitePattern = /Date\.now\(\) \/\*(\d+)\*\//g;
/** How a write looks, with the name of what stands for the state that it changes. */
export const writePattern = /^(.*) \/\*w(\d+) (\w+)\*\/$/gm;
/** Where the state is made. */
export const statePattern = /\/\*state (\w+)\*\//g;

/** The program's workflow adds up what the trees' functions give. */
export function render(...trees: readonly Tree[]): Program {
  const state: RenderState = { files: [], labels: [], names: 0 };
  const main = newFile(state, 'main.ts');
  main.imports.push("import { service, type Context } from '@restatedev/restate-sdk';");
  const parts = trees.map((tree) => renderTree(state, tree, main, main.body, 'root'));
  main.body.push(
    ...parts.map((part, index) => `const part${String(index)} = ${part};`),
    '',
    'interface Input { n: number; flag: boolean; key: string }',
    '',
    'export const workflow = service({',
    "  name: 'workflow',",
    '  handlers: {',
    '    go: async (ctx: Context, x: Input) => {',
    '      let total = 0;',
    ...parts.map((_, index) => `      total += await part${String(index)}(x);`),
    '      await ctx.sleep(total);',
    '      return total;',
    '    },',
    '  },',
    '});',
  );
  const files = new Map(state.files.map((file) => [`src/${file.name}`, textOf(file)]));
  return { files, sites: findSites(state, files) };
}

function textOf(file: FileState): string {
  return `${[...file.imports, ...file.body].join('\n')}\n`;
}

function findSites(state: RenderState, files: ReadonlyMap<string, string>): Site[] {
  const sites: Site[] = [];
  for (const [file, text] of files) {
    text.split('\n').forEach((line, index) => {
      for (const [, id] of line.matchAll(sitePattern))
        sites.push({
          id: Number(id),
          kind: 'clock',
          file,
          line: index + 1,
          label: state.labels[Number(id)]!,
        });
      for (const [, , id] of line.matchAll(writePattern))
        sites.push({
          id: Number(id),
          kind: 'write',
          file,
          line: index + 1,
          label: state.labels[Number(id)]!,
        });
    });
  }
  return sites.sort((a, b) => a.id - b.id);
}

function newFile(state: RenderState, name: string): FileState {
  const file: FileState = { name, imports: [], body: [] };
  state.files.push(file);
  return file;
}

/** Not `import A = N.M`, which is a declaration like others. */
const importPattern = /^import .*'/;

const newName = (state: RenderState, name: string): string => `${name}${String((state.names += 1))}`;

/** The expression of a tree's function in a file; what it needs is declared in the block, or in another file. */
function renderTree(state: RenderState, tree: Tree, file: FileState, block: string[], label: string): string {
  if (tree.place === 'module') {
    const own = newFile(state, `${newName(state, 'm')}.ts`);
    const name = newName(state, 'f');
    const value = renderAt(state, tree, own, own.body, label);
    const isDefault = tree.importStyle === 'default';
    own.body.push(isDefault ? `export default ${value};` : `export const ${name} = ${value};`);
    return importFrom(state, file, own, name, tree.importStyle);
  }
  if (tree.place === 'here' || tree.construct.top) {
    return renderAt(state, tree, file, tree.construct.top ? file.body : block, label);
  }
  const inner: string[] = [];
  const value = renderAt(state, tree, file, inner, label);
  const lines = inner.join('\n');
  return tree.place === 'factory'
    ? `(() => {\n${lines}\nreturn ${value};\n})()`
    : `((x) => {\n${lines}\nreturn (${value})(x);\n})`;
}

function renderAt(state: RenderState, tree: Tree, file: FileState, block: string[], label: string): string {
  const { construct } = tree;
  const names = new Map<string, string>();
  const expand = (text: string, into: FileState, at: string[]): string =>
    text
      .replace(/\$(\w+)/g, (_, name: string) => {
        let own = names.get(name);
        if (own === undefined) names.set(name, (own = newName(state, `${name}_`)));
        return own;
      })
      .replace(/@state (\w+)/g, '/*state $1*/')
      .replace(/@w\{(.*?)\|(\w+)\}/g, (_, write: string, of: string) => {
        const id = state.labels.push(construct.name) - 1;
        return `(\n  ${write} /*w${String(id)} ${of}*/\n)`;
      })
      .replace(/@@|[#~](\d)/g, (found, digit: string | undefined) => {
        if (digit === undefined) return site(state, construct.name === 'arrow' ? label : construct.name);
        const child = tree.children[Number(digit) - 1]!;
        return `(${renderTree(state, child, into, at, `${construct.name}#${digit}`)})`;
      });
  for (const part of construct.files) {
    const own = newFile(state, expand(part.name, file, block));
    own.body.push(expand(part.text, own, own.body));
  }
  const lines = construct.declarations.split('\n');
  const imports = lines.filter((line) => importPattern.test(line));
  const declarations = lines.filter((line) => !importPattern.test(line));
  file.imports.push(...imports.map((line) => expand(line, file, block)));
  if (declarations.length > 0) block.push(expand(declarations.join('\n'), file, block));
  return expand(construct.expression, file, block);
}

/** In parentheses, so that the line break ends no statement. */
function site(state: RenderState, label: string): string {
  const id = state.labels.push(label) - 1;
  return `(\n  ${siteText(id)}\n)`;
}

function importFrom(
  state: RenderState,
  file: FileState,
  own: FileState,
  name: string,
  style: ImportStyle,
): string {
  // Only constructs have folders, one deep.
  const up = file.name.includes('/') ? '../' : './';
  const path = (target: FileState): string => `'${up}${target.name.replace(/ts$/, 'js')}'`;
  const pathBeside = (target: FileState): string => `'./${target.name.replace(/ts$/, 'js')}'`;
  const add = (line: string): void => void file.imports.push(line);
  const local = newName(state, 'i');
  if (style === 'named') add(`import { ${name} as ${local} } from ${path(own)};`);
  else if (style === 'default') add(`import ${local} from ${path(own)};`);
  else if (style === 'namespace') add(`import * as ${local} from ${path(own)};`);
  else if (style === 'equals') add(`import ${local} = require(${path(own)});`);
  else {
    const barrel = newFile(state, `${newName(state, 'barrel')}.ts`);
    barrel.body.push(
      style === 'star'
        ? `export * from ${pathBeside(own)};`
        : `export { ${name} as ${local} } from ${pathBeside(own)};`,
    );
    add(
      style === 'star'
        ? `import { ${name} as ${local} } from ${path(barrel)};`
        : `import { ${local} } from ${path(barrel)};`,
    );
  }
  return style === 'namespace' || style === 'equals' ? `${local}.${name}` : local;
}
