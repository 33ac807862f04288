import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plugin } from '@refrain/eslint-plugin';
import * as parser from '@typescript-eslint/parser';
import { ESLint, type Linter } from 'eslint';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { helperFile, helperText, workflowFile, workflowText, writeProject } from '../bench/lint/project.mjs';

const transitive = '@refrain/no-transitive-nondeterminism';
let directory: string;
let editor: ESLint;

beforeAll(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'refrain-editor-')));
  writeProject(directory, { files: 40, depth: 3 });
  editor = openEditor();
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** One long-lived instance with type information, as an editor's ESLint server holds it. */
function openEditor(cwd = directory, types: object = { projectService: true, tsconfigRootDir: cwd }): ESLint {
  const config = {
    files: ['**/*.ts'],
    languageOptions: {
      parser: parser as Linter.Parser,
      parserOptions: types,
    },
  };
  return new ESLint({
    cwd,
    overrideConfigFile: true,
    overrideConfig: [config, plugin.configs.temporalTypeChecked as Linter.Config],
  });
}

/** Lints a buffer; without a text, what is on disk. */
async function lintBuffer(file: string, text?: string): Promise<readonly Linter.LintMessage[]> {
  const path = join(directory, file);
  const [result] = await editor.lintText(text ?? readFileSync(path, 'utf8'), { filePath: path });
  return result?.messages ?? [];
}

const clean = (): string => helperText(1, true);
const dirty = (): string => helperText(1, true, "\n  void fetch('https://example.org');");

describe('a session in an editor', () => {
  it('starts without findings', async () => {
    expect(await lintBuffer(workflowFile(0))).toEqual([]);
    expect(await lintBuffer(helperFile(1))).toEqual([]);
  });

  it('shows a helper that was edited in another buffer, at the call of the workflow', async () => {
    const [source] = await lintBuffer(helperFile(1), dirty());
    expect(source).toMatchObject({ ruleId: transitive, line: 31 });
    expect(source?.message).toContain('flow0');

    const found = await lintBuffer(workflowFile(0));
    expect(found).toMatchObject([{ ruleId: transitive, line: 17, column: 57 }]);
    expect(found[0]?.message).toMatch(/through part0 → part1/);
    expect(found[0]?.message).toContain('src/lib/part-1.ts:31');
  });

  it('forgets it when the helper is mended', async () => {
    expect(await lintBuffer(helperFile(1), clean())).toEqual([]);
    expect(await lintBuffer(workflowFile(0))).toEqual([]);
  });

  it('sees a helper that something else than the editor saved', async () => {
    writeFileSync(join(directory, helperFile(1)), dirty());
    expect(await lintBuffer(workflowFile(0))).toMatchObject([{ ruleId: transitive, line: 17 }]);
    writeFileSync(join(directory, helperFile(1)), clean());
    expect(await lintBuffer(workflowFile(0))).toEqual([]);
  });

  it('sees what is typed into the workflow itself', async () => {
    const text = workflowText(0, 0, "\n  await fetch('https://example.org');");
    const found = await lintBuffer(workflowFile(0), text);
    expect(found).toMatchObject([{ ruleId: '@refrain/no-io', line: 21 }]);
    expect(await lintBuffer(workflowFile(0))).toEqual([]);
  });

  it('stays silent about helpers that no workflow calls', async () => {
    const text = `${clean()}\nexport const stray = () => fetch('https://example.org');\n`;
    expect(await lintBuffer(helperFile(1), text)).toEqual([]);
  });
});

describe('without type information', () => {
  it('says so on one file, and not on each', async () => {
    const engine = new ESLint({
      cwd: directory,
      overrideConfigFile: true,
      overrideConfig: [
        { files: ['**/*.ts'], languageOptions: { parser: parser as Linter.Parser } },
        plugin.configs.temporalTypeChecked as Linter.Config,
      ],
    });
    const results = await engine.lintFiles(['src/workflows/*.ts']);
    const messages = results.flatMap((result) => result.messages);
    expect(messages.map(({ ruleId }) => ruleId)).toEqual([transitive]);
    expect(messages[0]?.message).toMatch(/RFN6001.*projectService/s);
  });
});

describe('a module that only the worker names', () => {
  const flows = 'src/named/flows.ts';
  const worker = (path: string): string => `import { Worker } from '@temporalio/worker';
export const start = () => Worker.create({ taskQueue: 'q', workflowsPath: require.resolve('${path}') });
`;
  const text = "export async function ping(): Promise<void> {\n  await fetch('https://example.org');\n}\n";

  it('is workflow code, through a barrel too, for as long as it is named', async () => {
    const write = (file: string, content: string): void => writeFileSync(join(directory, file), content);
    mkdirSync(join(directory, 'src/named'));
    write('src/worker.ts', worker('./named'));
    write('src/named/index.ts', "export * from './flows.js';\n");
    write(flows, text);
    editor = openEditor();
    expect(await lintBuffer(flows)).toMatchObject([{ ruleId: transitive, line: 2 }]);
    write('src/worker.ts', worker('./workflows/flow-0'));
    expect(await lintBuffer(flows)).toEqual([]);
  });
});

it('shows what workflows reach in a helper, in a project to which a symbolic link leads', async () => {
  const real = join(directory, 'real');
  const link = join(directory, 'link');
  mkdirSync(real);
  writeProject(real, { files: 10, depth: 3 });
  writeFileSync(join(real, helperFile(1)), dirty());
  symlinkSync(real, link, 'dir');
  const files = [workflowFile(0), helperFile(0), helperFile(1), helperFile(2)].map((file) =>
    join(link, file),
  );
  const options = { module: ts.ModuleKind.NodeNext, noLib: true, types: [] };
  const linter = openEditor(link, { programs: [ts.createProgram(files, options)] });
  const [result] = await linter.lintFiles([helperFile(1)]);
  expect(result?.messages).toMatchObject([{ ruleId: transitive, line: 31 }]);
});
