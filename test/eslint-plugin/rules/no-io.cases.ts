import { checkRule, dbos, inngest, refrain, restate, temporal } from '../rule-tester.js';

checkRule('no-io', {
  valid: [
    restate("      return ctx.run('get', () => fetch('https://example.org'));"),
    inngest("  return step.run('get', async () => (await fetch(event.data.url)).json());"),
    dbos("  return DBOS.runStep(() => fetch('https://example.org'));"),
    temporal("  const fetch = (url: string) => url;\n  return fetch('https://example.org');"),
  ],
  invalid: [
    refrain("  return fetch('https://example.org'); // !"),
    temporal("  return fetch('https://example.org'); // !"),
    restate("      return fetch('https://example.org'); // !"),
    restate('      return load();').concat("const load = async () => fetch('https://example.org'); // !\n"),
    inngest('  const get = globalThis.fetch;\n  return get(event.data.url); // !'),
  ],
});
