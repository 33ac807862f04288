import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { ProjectFacts } from '../project/facts.js';
import { addToEslintConfig, newEslintConfig } from './eslint-entry.js';
import { configFile, gitHubWorkflow, gitLabJob, replayTest } from './templates.js';

/** One file that `refrain init` would write; `text` is its whole new content. */
export interface PlannedFile {
  readonly file: string;
  readonly action: 'create' | 'change';
  readonly why: string;
  readonly text: string;
}

export interface Plan {
  readonly files: readonly PlannedFile[];
  /** Packages to install, all as development dependencies. */
  readonly packages: readonly string[];
  /** What a person has to do by hand. */
  readonly notes: readonly string[];
}

/** What a project lacks. Reads files and writes none. `workflowFiles` are relative to the root. */
export function planInit(project: ProjectFacts, workflowFiles: readonly string[]): Plan {
  const usesTypeScript = project.usesTypeScript || workflowFiles.some((file) => /\.[mc]?ts$/.test(file));
  const facts = { ...project, usesTypeScript };
  const files: PlannedFile[] = [];
  const notes: string[] = [];
  const create = (name: string, why: string, text: string) => {
    const file = join(facts.root, name);
    if (existsSync(file)) notes.push(`${name} is there already; it stays as it is.`);
    else files.push({ file, action: 'create', why, text });
  };
  const profile = facts.profiles.length === 1 ? facts.profiles[0]! : 'auto';
  create(
    'refrain.config.json',
    'says where workflows are, and for which engine',
    configFile(profile, workflowFiles),
  );
  planEslint(facts, files, notes);
  const replays = profile === 'refrain' || profile === 'temporal' || profile === 'auto';
  const firstWorkflowFile = workflowFiles[0] ?? `src/workflows.${facts.usesTypeScript ? 'ts' : 'js'}`;
  if (replays && facts.usesVitest) {
    const name = `test/replay.test.${facts.usesTypeScript ? 'ts' : 'js'}`;
    create(name, 'replays the histories in test/histories with today’s code', replayTest(firstWorkflowFile));
  } else if (replays) {
    notes.push('Tests of workflows run in Vitest: install `vitest` and run this again for a replay test.');
  }
  if (facts.usesGitLab) {
    notes.push(`Add this job to .gitlab-ci.yml:\n${gitLabJob(facts.packageManager)}`);
  } else if (facts.usesGitHub) {
    create(
      '.github/workflows/refrain.yml',
      'checks every pull request',
      gitHubWorkflow(facts.packageManager),
    );
  }
  return { files, packages: neededPackages(facts, replays), notes };
}

function planEslint(facts: ProjectFacts, files: PlannedFile[], notes: string[]): void {
  if (facts.eslintConfig === undefined) {
    const hasTypes = existsSync(join(facts.root, 'tsconfig.json'));
    const { usesTypeScript } = facts;
    const preset = usesTypeScript && hasTypes ? 'recommendedTypeChecked' : 'recommended';
    const file = join(facts.root, facts.isEsm ? 'eslint.config.js' : 'eslint.config.mjs');
    files.push({
      file,
      action: 'create',
      why: 'shows findings in the editor',
      text: newEslintConfig(preset, { usesTypeScript, hasTypes }),
    });
    return;
  }
  const name = relative(facts.root, facts.eslintConfig);
  const hasTypes = /projectService|parserOptions[^}]*\bproject\b/.test(
    readFileSync(facts.eslintConfig, 'utf8'),
  );
  const preset = hasTypes ? 'recommendedTypeChecked' : 'recommended';
  if (facts.usesTypeScript && !hasTypes) {
    notes.push(
      `${name} gives no type information to rules. With \`projectService\` set, \`refrain.configs.recommendedTypeChecked\` follows calls into other files.`,
    );
  }
  const edit = addToEslintConfig(facts.eslintConfig, preset);
  if (edit.type === 'edited') {
    files.push({
      file: facts.eslintConfig,
      action: 'change',
      why: 'shows findings in the editor',
      text: edit.text,
    });
  } else if (edit.type === 'present') {
    notes.push(`${name} has the plugin already.`);
  } else {
    notes.push(`${name} has a form that is not understood here: add \`${edit.entry}\` to what it exports.`);
  }
}

function neededPackages({ packageJson, usesTypeScript }: ProjectFacts, replays: boolean): string[] {
  const present = { ...packageJson.dependencies, ...packageJson.devDependencies };
  const wanted = [
    ...['@refrain/cli', '@refrain/eslint-plugin', 'eslint'],
    ...(usesTypeScript ? ['typescript', 'typescript-eslint'] : []),
    ...(replays ? ['@refrain/test-env'] : []),
  ];
  return wanted.filter((name) => !(name in present));
}
