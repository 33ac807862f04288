import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const bin = (name: string) => fileURLToPath(new URL(`../../../test-env/bin/${name}.js`, import.meta.url));

function run(name: string, args: readonly string[]) {
  return new Promise<{ code: unknown; stderr: string; stdout: string }>((resolve) => {
    execFile(bin(name), args, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stderr, stdout }));
  });
}

describe('the server commands', () => {
  it.each([
    ['refrain-test-server', []],
    ['refrain-test-server', ['70000']],
    ['refrain-test-server', ['0', '--enable-time-travel']],
    ['refrain-temporal', ['workflow', 'list']],
    ['refrain-temporal', ['server', 'start-dev', '--port', 'x']],
    ['refrain-temporal', ['server', 'start-dev', '--search-attribute', 'A=Colour']],
  ])('%s refuses %j', async (name, args) => {
    const { code, stderr, stdout } = await run(name, args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^RFN4015: .*\nusage: refrain-te/s);
  });

  it('refrain-temporal listens on nothing but loopback', async () => {
    const { code, stderr } = await run('refrain-temporal', [
      'server',
      'start-dev',
      '--ip',
      '0.0.0.0',
      '--port',
      '0',
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^RFN8001: /);
  });
});
