import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { ExitCode } from '../command.js';
import { allDependencies, projectFacts, type ProjectFacts } from '../project/facts.js';
import { projectConfig } from '../project/config.js';
import { findWorkflowFiles } from '../project/workflow-files.js';
import type { Terminal } from '../terminal.js';

interface Finding {
  readonly state: 'ok' | 'problem' | 'note';
  readonly text: string;
}

export async function runDoctorCommand(
  { path }: { path: string },
  { cwd, stdout }: Terminal,
): Promise<ExitCode> {
  const facts = projectFacts(resolve(cwd, path));
  const findings = [
    nodeVersion(process.versions.node),
    ...packages(facts),
    engines(facts),
    workflows(facts),
    eslint(facts),
    tests(facts),
  ];
  const signs = { ok: '✓', problem: '✗', note: '·' } as const;
  for (const { state, text } of findings) stdout.write(`${signs[state]} ${text}\n`);
  return findings.some(({ state }) => state === 'problem') ? 1 : 0;
}

function nodeVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const supported = (major === 20 && minor >= 19) || (major === 22 && minor >= 13) || major >= 24;
  return supported
    ? { state: 'ok', text: `Node ${version}` }
    : {
        state: 'problem',
        text: `Node ${version} is not supported: use 20.19 or newer, 22.13 or newer, or 24`,
      };
}

/** Refrain's packages are released together: two versions side by side are a mistake. */
function packages({ root, packageJson }: ProjectFacts): Finding[] {
  const ours = Object.keys(allDependencies(packageJson)).filter((name) => name.startsWith('@refrain/'));
  const versions = new Map<string, string>();
  const findings: Finding[] = [];
  for (const name of ours) {
    const version = installedVersion(root, name);
    if (version === undefined) findings.push({ state: 'problem', text: `${name} is not installed` });
    else versions.set(name, version);
  }
  const distinct = [...new Set(versions.values())];
  const list = [...versions].map(([name, version]) => `${name} ${version}`).join(', ');
  if (distinct.length > 1)
    findings.push({ state: 'problem', text: `different versions side by side: ${list}` });
  else if (distinct.length === 1) findings.push({ state: 'ok', text: list });
  if (ours.length === 0)
    findings.push({ state: 'note', text: 'no @refrain package is a dependency of this project' });
  return findings;
}

function installedVersion(root: string, name: string): string | undefined {
  try {
    const file = createRequire(join(root, 'package.json')).resolve(`${name}/package.json`);
    return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  } catch {
    return undefined;
  }
}

function eslint({ eslintConfig }: ProjectFacts): Finding {
  if (eslintConfig === undefined) {
    return { state: 'note', text: 'no ESLint flat config: `refrain init` writes one' };
  }
  return readFileSync(eslintConfig, 'utf8').includes('@refrain/eslint-plugin')
    ? { state: 'ok', text: 'ESLint shows findings in the editor' }
    : {
        state: 'note',
        text: 'the ESLint config does not use @refrain/eslint-plugin: `refrain init` adds it',
      };
}

/** Loads the analyzer, and asks it what it takes for workflow code. */
function workflows({ root }: ProjectFacts): Finding {
  const found = findWorkflowFiles(root, projectConfig(root));
  return found.length > 0
    ? { state: 'ok', text: `workflows in ${found.join(', ')}` }
    : {
        state: 'note',
        text: 'no workflows found: name their modules in refrain.config.json, or with `refrain check --workflows`',
      };
}

function tests({ root, packageJson, usesVitest }: ProjectFacts): Finding {
  if (!('@refrain/test-env' in allDependencies(packageJson))) {
    return { state: 'note', text: 'workflows are not tested with @refrain/test-env' };
  }
  if (!usesVitest)
    return { state: 'note', text: '@refrain/test-env works in Vitest: `vitest` is not installed' };
  const folder = ['test/histories', 'histories'].find((name) => existsSync(join(root, name)));
  return folder
    ? { state: 'ok', text: `tests in Vitest, histories in ${folder}` }
    : {
        state: 'note',
        text: 'no recorded histories in test/histories: nothing shows that new code fits old runs',
      };
}

function engines({ profiles }: ProjectFacts): Finding {
  return profiles.length > 0
    ? { state: 'ok', text: `engine: ${profiles.join(', ')}` }
    : { state: 'note', text: 'no workflow engine is among the dependencies' };
}
