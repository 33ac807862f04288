import { checkRule, temporal } from '../rule-tester.js';

checkRule('no-swallowed-cancellation', {
  valid: [
    temporal('  try {\n    await sleep(5);\n  } catch (error) {\n    throw error;\n  }'),
    temporal('  try {\n    JSON.parse(input.id);\n  } catch {\n    return 1;\n  }'),
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
  ],
});
