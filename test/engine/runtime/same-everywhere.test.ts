import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflowCode } from '@refrain/engine/internal';
import { root } from '../../integrity/repository.js';

/** E8. Other versions of Node take part when `REFRAIN_NODES` lists their binaries, separated by colons. */
const nodes = [process.execPath, ...(process.env.REFRAIN_NODES ?? '').split(':').filter(Boolean)];
const folder = mkdtempSync(join(tmpdir(), 'refrain-e8-'));
const file = join(folder, 'bundle.json');

function run(node: string, env: Record<string, string>): string {
  const script = join(root, 'test', 'engine', 'runtime', 'run-bundle.mjs');
  return execFileSync(node, [script, file], { env: { ...process.env, ...env }, encoding: 'utf8' });
}

describe('completions are the same, byte for byte', () => {
  let reference = '';
  beforeAll(async () => {
    const workflowsPath = join(root, 'test', 'fixtures', 'workflow-api', 'observe.ts');
    writeFileSync(file, JSON.stringify(await bundleWorkflowCode({ workflowsPath })));
    reference = run(process.execPath, { TZ: 'UTC', LANG: 'en_US.UTF-8', LC_ALL: 'en_US.UTF-8' });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('and complete', () => {
    expect(reference).toContain('completeWorkflowExecution');
    expect(reference).toContain('failWorkflowExecution');
  });

  const environments = [
    { TZ: 'America/New_York', LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' },
    { TZ: 'Pacific/Apia', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
  ];
  for (const node of nodes) {
    it.each(environments)(`under ${node.split('/').slice(-6).join('/')} with $TZ, $LANG`, (env) => {
      const completions = run(node, env);
      const decode = (text: string): unknown =>
        JSON.parse(text, (key, value: unknown) =>
          key === 'data' && typeof value === 'string'
            ? (JSON.parse(Buffer.from(value, 'base64').toString()) as unknown)
            : value,
        );
      expect(decode(completions)).toEqual(decode(reference));
      expect(completions).toBe(reference);
    });
  }
});
