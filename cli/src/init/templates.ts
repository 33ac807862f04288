import { relative } from 'node:path';
import type { ProjectFacts } from '../project/facts.js';

type PackageManager = ProjectFacts['packageManager'];

export function configFile(profile: string, workflowFiles: readonly string[]): string {
  const workflows = workflowFiles.length > 0 ? { workflows: [...workflowFiles] } : {};
  return `${JSON.stringify({ profile, ...workflows }, null, 2)}\n`;
}

/** A Vitest file in test/ with one test for each history in test/histories. */
export function replayTest(workflowFile: string): string {
  const path = relative('test', workflowFile).replaceAll('\\', '/');
  return `import { existsSync } from 'node:fs';
import { describeHistories } from '@refrain/test-env/vitest';
import { it } from 'vitest';

// Put exported histories into test/histories/ (\`temporal workflow show --output json\`, or
// \`refrain history export\`): each becomes a test that replays it with today's code.
const histories = new URL('./histories/', import.meta.url);
if (existsSync(histories)) {
  describeHistories(histories, { workflowsPath: new URL('${path}', import.meta.url) });
} else {
  it.todo('replays recorded histories: there are none in test/histories yet');
}
`;
}

const install: Readonly<Record<PackageManager, string>> = {
  npm: 'npm ci',
  pnpm: 'pnpm install --frozen-lockfile',
  yarn: 'yarn install --immutable',
  bun: 'bun install --frozen-lockfile',
};

const execute: Readonly<Record<PackageManager, string>> = {
  npm: 'npx',
  pnpm: 'pnpm exec',
  yarn: 'yarn',
  bun: 'bunx',
};

export function gitHubWorkflow(manager: PackageManager): string {
  const setUp = manager === 'pnpm' ? '      - uses: pnpm/action-setup@v4\n' : '';
  return `name: refrain
on:
  pull_request:
  push:
    branches: [main]
jobs:
  determinism:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
${setUp}      - uses: actions/setup-node@v4
        with:
          node-version: 22
      - run: ${install[manager]}
      - run: ${execute[manager]} refrain check . --format github
`;
}

export function gitLabJob(manager: PackageManager): string {
  return `refrain:
  image: node:22
  script:
    - ${install[manager]}
    - ${execute[manager]} refrain check . --format junit > refrain.xml
  artifacts:
    when: always
    reports:
      junit: refrain.xml
`;
}
