import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import { linkModules, temporaryProject } from './project.js';
import { runCli } from './run-cli.js';

const workflows =
  "import { sleep } from '@temporalio/workflow';\nexport async function flow() {\n  await sleep('1s');\n}\n";
const dependencies = { '@temporalio/workflow': '^1.13.0' };
const devDependencies = { vitest: '^4.0.0', typescript: '^5.0.0' };

describe('refrain init', () => {
  it('writes a config, an ESLint config, a replay test and a CI job', async () => {
    const project = temporaryProject({
      'package.json': { type: 'module', dependencies, devDependencies },
      'tsconfig.json': {},
      '.github/README.md': '',
      'src/workflows.ts': workflows,
    });
    const { exitCode, stdout } = await runCli(['init', project, '--yes']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(readFileSync(join(project, 'refrain.config.json'), 'utf8'))).toEqual({
      profile: 'temporal',
      workflows: ['src/workflows.ts'],
    });
    expect(readFileSync(join(project, 'eslint.config.js'), 'utf8')).toContain(
      'refrain.configs.recommendedTypeChecked',
    );
    expect(readFileSync(join(project, 'test/replay.test.ts'), 'utf8')).toContain('../src/workflows.ts');
    expect(readFileSync(join(project, '.github/workflows/refrain.yml'), 'utf8')).toContain(
      'npx refrain check',
    );
    expect(stdout).toContain('npm install --save-dev @refrain/cli');
  });

  it.each([
    ['an array', "import js from '@eslint/js';\n\nexport default [js.configs.recommended];\n"],
    [
      'defineConfig of an array',
      "import { defineConfig } from 'eslint/config';\n\nexport default defineConfig([{ rules: {} }]);\n",
    ],
    [
      'arguments',
      "import tseslint from 'typescript-eslint';\n\nexport default tseslint.config(tseslint.configs.strict);\n",
    ],
    [
      'a variable',
      "import js from '@eslint/js';\n\nconst config = [js.configs.recommended];\n\nexport default config;\n",
    ],
  ])('adds the preset to an ESLint config that exports %s', async (_form, config) => {
    const project = temporaryProject({
      'package.json': { type: 'module', dependencies },
      'eslint.config.js': config,
    });
    await runCli(['init', project, '--yes']);
    const text = readFileSync(join(project, 'eslint.config.js'), 'utf8');
    expect(text).toMatch(/import refrain from ['"]@refrain\/eslint-plugin['"]/);
    expect(text).toMatch(/refrain\.configs\.recommended\s*[\])]/);
  });

  it('writes a config that works where workflows are in TypeScript and there is no tsconfig.json', async () => {
    const project = temporaryProject({
      'package.json': { type: 'module', dependencies, devDependencies: { vitest: '^4.0.0' } },
      'src/workflows.ts': workflows,
    });
    await runCli(['init', project, '--yes']);
    linkModules(project);
    const results = await new ESLint({ cwd: project }).lintFiles(['src']);
    expect(results.flatMap(({ messages }) => messages)).toEqual([]);
    expect(results).toHaveLength(1);
    expect(readFileSync(join(project, 'test/replay.test.ts'), 'utf8')).toContain('it.todo(');
  });

  it('edits an ESLint config in TypeScript, and takes the preset that its parser can serve', async () => {
    const config = `import tseslint from 'typescript-eslint';

export default tseslint.config(...tseslint.configs.recommendedTypeChecked, {
  languageOptions: { parserOptions: { projectService: true } },
}) satisfies object[];
`;
    const project = temporaryProject({
      'package.json': { type: 'module', dependencies, devDependencies },
      'eslint.config.ts': config,
    });
    await runCli(['init', project, '--yes']);
    const text = readFileSync(join(project, 'eslint.config.ts'), 'utf8');
    expect(text).toContain("import refrain from '@refrain/eslint-plugin'");
    expect(text).toMatch(/\}, refrain\.configs\.recommendedTypeChecked\)/);
    expect(existsSync(join(project, 'eslint.config.js'))).toBe(false);
  });

  it('does not promise types to rules where the config has none', async () => {
    const project = temporaryProject({
      'package.json': { type: 'module', dependencies, devDependencies },
      'eslint.config.js': 'export default [];\n',
    });
    const { stdout } = await runCli(['init', project, '--yes']);
    expect(readFileSync(join(project, 'eslint.config.js'), 'utf8')).toContain('refrain.configs.recommended]');
    expect(stdout).toContain('projectService');
  });

  it('says what is in the way of a file, and exits 2', async () => {
    const project = temporaryProject({
      'package.json': { type: 'module', dependencies, devDependencies },
      test: 'a file where a folder should be',
    });
    const { exitCode, stderr } = await runCli(['init', project, '--yes']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/RFN7008: .*test: something else stands there \(EEXIST on mkdir\)/);
    expect(stderr).not.toContain('    at ');
  });

  it('says what to add where it does not understand the config', async () => {
    const config = 'export default await build();\n';
    const project = temporaryProject({ 'package.json': { type: 'module' }, 'eslint.config.js': config });
    const { stdout } = await runCli(['init', project, '--yes']);
    expect(stdout).toContain('add `refrain.configs.recommended`');
    expect(readFileSync(join(project, 'eslint.config.js'), 'utf8')).toBe(config);
  });

  it('changes nothing without being told to', async () => {
    const project = temporaryProject({ 'package.json': { dependencies } });
    expect((await runCli(['init', project, '--dry-run'])).exitCode).toBe(0);
    const { exitCode, stderr } = await runCli(['init', project]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--yes');
    expect(existsSync(join(project, 'refrain.config.json'))).toBe(false);
  });

  it('writes nothing twice', async () => {
    const project = temporaryProject({ 'package.json': { type: 'module', dependencies } });
    await runCli(['init', project, '--yes']);
    expect((await runCli(['init', project, '--yes'])).stdout).toContain('There is nothing to write.');
  });
});
