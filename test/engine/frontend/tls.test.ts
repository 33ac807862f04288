import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectService, openEngine, startServer, type Engine, type RunningServer } from '@refrain/engine';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../cli/run-cli.js';

const pem = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));
const server = { certificate: pem('server.pem'), key: pem('server.key') };
const known = { ca: pem('ca.pem'), certificate: pem('client.pem'), key: pem('client.key') };
const stranger = { ca: pem('ca.pem'), certificate: pem('stranger.pem'), key: pem('stranger.key') };

describe('a front end with TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'refrain-tls-'));
  let engine: Engine;
  let guarded: RunningServer;
  beforeAll(async () => {
    engine = await openEngine({ memory: true });
    // Any address, which only clients' certificates make safe.
    guarded = await startServer({
      service: engine.service,
      port: 0,
      host: '0.0.0.0',
      tls: { ...server, clientCa: pem('ca.pem') },
    });
  });
  afterAll(async () => {
    await guarded.close();
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const address = () => `localhost:${guarded.port}`;

  it('answers clients whose certificate its authority signed', async () => {
    const remote = await connectService({ address: address(), tls: known });
    expect(await remote.service.listWorkflowExecutions({})).toMatchObject({ executions: [] });
    remote.close();
  });

  it('answers under the name in its certificate', async () => {
    const to = { address: `127.0.0.1:${guarded.port}` };
    const named = await connectService({ ...to, tls: { ...known, serverName: 'refrain.test' } });
    named.close();
    await expect(
      connectService({ ...to, tls: { ...known, serverName: 'other.test' } }),
    ).rejects.toMatchObject({ code: 'RFN8005' });
  });

  it("answers Temporal's own client with a certificate, and none without", async () => {
    const serverRootCACertificate = readFileSync(known.ca);
    const crt = readFileSync(known.certificate);
    const key = readFileSync(known.key);
    const tls = { serverRootCACertificate, clientCertPair: { crt, key } };
    const connection = await Connection.connect({ address: address(), tls });
    const handle = await new Client({ connection }).workflow.start('t', {
      workflowId: 'tls',
      taskQueue: 'q',
    });
    expect((await handle.describe()).status.name).toBe('RUNNING');
    await connection.close();
    const bare = { address: address(), tls: { serverRootCACertificate }, connectTimeout: '1 s' };
    await expect(Connection.connect(bare)).rejects.toThrow();
  });

  it.each([
    ['no certificate', { ca: known.ca }],
    ['the certificate of a stranger', stranger],
    ['an authority that did not sign the server’s', { ...known, ca: pem('stranger-ca.pem') }],
    ['no TLS', undefined],
  ])('refuses a client with %s', { timeout: 20_000 }, async (_what, tls) => {
    await expect(connectService({ address: address(), ...(tls && { tls }) })).rejects.toMatchObject({
      code: 'RFN8005',
    });
  });

  it('is reached by the commands with the options of `temporal`', async () => {
    const options = [
      '--tls-ca-path',
      known.ca,
      '--tls-cert-path',
      known.certificate,
      '--tls-key-path',
      known.key,
    ];
    const listed = await runCli(['workflow', 'count', '--address', address(), ...options]);
    expect([listed.exitCode, listed.stderr]).toEqual([0, '']);
    const half = await runCli(['workflow', 'count', '--address', address(), ...options.slice(0, 4)]);
    expect([half.exitCode, half.stderr]).toEqual([2, expect.stringMatching(/RFN8003.*without its key/s)]);
    const env = {
      TEMPORAL_ADDRESS: address(),
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: known.ca,
      TEMPORAL_TLS_CLIENT_CERT_PATH: known.certificate,
      TEMPORAL_TLS_CLIENT_KEY_PATH: known.key,
    };
    expect((await runCli(['workflow', 'count'], { env })).exitCode).toBe(0);
  });

  it('does not start open to other machines without one of them', async () => {
    const open = { service: engine.service, port: 0, host: '0.0.0.0' };
    await expect(startServer(open)).rejects.toMatchObject({ code: 'RFN8001' });
    await expect(startServer({ ...open, tls: server })).rejects.toMatchObject({ code: 'RFN8001' });
    const keyed = await startServer({ ...open, tls: server, apiKey: 'secret' });
    const to = { address: `localhost:${keyed.port}`, tls: { ca: known.ca } };
    const remote = await connectService({ ...to, apiKey: 'secret' });
    await expect(remote.service.listWorkflowExecutions({})).resolves.toHaveProperty('executions');
    remote.close();
    const unknown = await connectService({ ...to, apiKey: 'guess' });
    await expect(unknown.service.listWorkflowExecutions({})).rejects.toThrow(/API key/);
    unknown.close();
    await keyed.close();
  });

  it('does not start with a certificate or key that cannot be used', async () => {
    const garbage = join(folder, 'garbage.pem');
    writeFileSync(garbage, 'not a certificate');
    const tries = {
      'no such file': { ...server, certificate: join(folder, 'none.pem') },
      'nothing in PEM form': { ...server, key: garbage },
      'key of another': { ...server, key: pem('client.key') },
      'no such authority': { ...server, clientCa: join(folder, 'none.pem') },
    };
    for (const tls of Object.values(tries)) {
      await expect(startServer({ service: engine.service, port: 0, tls })).rejects.toMatchObject({
        code: 'RFN8003',
      });
    }
  });
});
