import { checkRule, cloudflare, inngest, refrain, restate, temporal } from '../rule-tester.js';

checkRule('no-randomness', {
  valid: [
    temporal('  return Math.random();'),
    refrain('  return uuid4();', 'sleep, uuid4'),
    restate('      return ctx.rand.random();'),
    inngest("  return step.run('id', () => crypto.randomUUID());"),
    restate('      const Math = { random: () => 1 };\n      return Math.random();'),
  ],
  invalid: [
    {
      code: refrain('  return Math.random(); // !'),
      suggestions: [refrain('  return random(); // !', 'sleep, random')],
    },
    {
      code: refrain('  return crypto.randomUUID(); // !'),
      suggestions: [refrain('  return uuid4(); // !', 'sleep, uuid4')],
    },
    {
      code: restate('      return crypto.randomUUID(); // !'),
      suggestions: [restate('      return ctx.rand.uuidv4(); // !')],
    },
    {
      code: restate('      return Math.random(); // !'),
      suggestions: [restate('      return ctx.rand.random(); // !')],
    },
    {
      code: cloudflare('    return crypto.randomUUID(); // !'),
      suggestions: [cloudflare("    return await step.do('uuid', async () => crypto.randomUUID()); // !")],
    },
    restate('      const dice = Math.random;\n      return dice(); // !'),
    restate('      return crypto.getRandomValues(new Uint8Array(4)); // !'),
  ],
});
