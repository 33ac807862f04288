import { checkRule, restate, temporal } from '../rule-tester.js';

checkRule('no-swallowed-cancellation', {
  valid: [
    temporal('  try {\n    await sleep(5);\n  } catch (error) {\n    throw error;\n  }'),
    temporal('  try {\n    JSON.parse(input.id);\n  } catch {\n    return 1;\n  }'),
    temporal('  await sleep(5).catch((error) => {\n    throw error;\n  });'),
    restate(
      '      try {\n        await ctx.sleep(5);\n      } catch (error) {\n        if (error instanceof restate.CancelledError) throw error;\n      }',
    ),
  ],
  invalid: [
    {
      code: temporal('  try {\n    await sleep(5);\n  } catch (error) { // !\n    return 1;\n  }'),
      suggestions: [
        temporal(
          '  try {\n    await sleep(5);\n  } catch (error) { if (isCancellation(error)) throw error; // !\n    return 1;\n  }',
          'sleep, isCancellation',
        ),
      ],
    },
    {
      code: temporal('  await sleep(5).catch((error) => { // !\n    console.log(error);\n  });'),
      suggestions: [
        temporal(
          '  await sleep(5).catch((error) => { if (isCancellation(error)) throw error; // !\n    console.log(error);\n  });',
          'sleep, isCancellation',
        ),
      ],
    },
    {
      // What is written without a block, or without a name for the error, has no place for it.
      code: temporal('  await sleep(5).catch(() => undefined); // !'),
      suggestions: [null],
    },
    {
      code: restate(
        '      try {\n        await ctx.sleep(5);\n      } catch (error) { // !\n        return 1;\n      }',
      ),
      suggestions: [
        restate(
          '      try {\n        await ctx.sleep(5);\n      } catch (error) { if (error instanceof restate.CancelledError) throw error; // !\n        return 1;\n      }',
        ),
      ],
    },
  ],
});
