import {
  checkRule,
  aws,
  azure,
  cloudflare,
  dbos,
  hatchet,
  inngest,
  refrain,
  restate,
  temporal,
} from '../rule-tester.js';

checkRule('no-wall-clock', {
  valid: [
    temporal('  return Date.now();'),
    refrain('  return new Date(input.when).getTime();'),
    { code: refrain('  return Date.now();'), options: [{ notPortable: 'ignore' }] },
    restate("      return ctx.run('time', () => Date.now());"),
    inngest("  return step.run('time', () => Date.now());"),
    cloudflare("    return step.do('time', async () => Date.now());"),
    aws("  return context.step('time', async () => Date.now());"),
    dbos('  return DBOS.runStep(async () => Date.now());'),
    azure('  return context.df.currentUtcDateTime;'),
    // Not workflow code: nothing of an engine is imported.
    'export function stamp() { return Date.now(); }',
    // A Date of one's own.
    restate('      class Date { static now() { return 1; } }\n      return Date.now();'),
  ],
  invalid: [
    {
      code: refrain('  return Date.now(); // !'),
      suggestions: [refrain('  return now(); // !', 'sleep, now')],
    },
    {
      code: refrain('  return new Date(); // !', 'sleep, now as clock'),
      suggestions: [refrain('  return new Date(clock()); // !', 'sleep, now as clock')],
    },
    {
      code: refrain('  const now = input.when;\n  return [now, Date.now()]; // !'),
      suggestions: [
        refrain(
          '  const now = input.when;\n  return [now, workflowNow()]; // !',
          'sleep, now as workflowNow',
        ),
      ],
    },
    {
      code: restate('      return Date.now(); // !'),
      suggestions: [restate('      return await ctx.date.now(); // !')],
    },
    {
      code: restate('      return Date.now().toString(); // !'),
      suggestions: [restate('      return (await ctx.date.now()).toString(); // !')],
    },
    {
      code: inngest('  return Date.now(); // !'),
      suggestions: [inngest("  return await step.run('now', () => Date.now()); // !")],
    },
    {
      code: cloudflare('    return Date.now(); // !'),
      suggestions: [cloudflare("    return await step.do('now', async () => Date.now()); // !")],
    },
    {
      code: aws('  return Date.now(); // !'),
      suggestions: [aws("  return await context.step('now', async () => Date.now()); // !")],
    },
    {
      code: azure('  return Date.now(); // !'),
      suggestions: [azure('  return context.df.currentUtcDateTime.getTime(); // !')],
    },
    {
      code: dbos('  return Date.now(); // !'),
      suggestions: [dbos('  return await DBOS.now(); // !')],
    },
    {
      code: hatchet('    return Date.now(); // !'),
      suggestions: [hatchet('    return (await ctx.now()).getTime(); // !')],
    },
    // Aliases, destructuring, members by computed names, helpers of the same file.
    restate('      const { now } = Date;\n      return now(); // !'),
    restate("      return globalThis['Date']['now'](); // !"),
    restate('      return stamp();').concat('function stamp() { return performance.now(); } // !\n'),
    restate('      return [1].map(() => new Date()); // !'),
  ],
});
