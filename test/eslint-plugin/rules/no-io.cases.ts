import { checkRule, dbos, inngest, refrain, restate, temporal } from '../rule-tester.js';

/** A class whose base is in a file that one file alone does not show. */
const inherited = (types: string, imported: string): string => `${types}
import ${imported} from './base';
export class Load extends Base {
  async run(event, step) {
    await step.do('load', () => fetch('https://example.org'));
    await fetch('https://example.org'); // !
  }
}
`;
const handed = "import type { WorkflowStep } from 'cloudflare:workers';";

checkRule('no-io', {
  valid: [
    restate("      return ctx.run('get', () => fetch('https://example.org'));"),
    inngest("  return step.run('get', async () => (await fetch(event.data.url)).json());"),
    dbos("  return DBOS.runStep(() => fetch('https://example.org'));"),
    temporal("  const fetch = (url: string) => url;\n  return fetch('https://example.org');"),
    inherited('', '{ Base }').replace(' // !', ''),
    `import { prisma } from './db';\n${inngest("  return step.run('all', () => prisma.user.findMany());")}`,
  ],
  invalid: [
    refrain("  return fetch('https://example.org'); // !"),
    temporal("  return fetch('https://example.org'); // !"),
    restate("      return fetch('https://example.org'); // !"),
    restate('      return load();').concat("const load = async () => fetch('https://example.org'); // !\n"),
    inherited(handed, '{ Base }'),
    inherited(handed, 'Base'),
    `import { prisma } from './db';\n${inngest('  return prisma.user.findMany(); // !')}`,
    inngest('  const get = globalThis.fetch;\n  return get(event.data.url); // !'),
  ],
});
