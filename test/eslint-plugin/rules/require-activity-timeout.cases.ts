import { checkRule, temporal } from '../rule-tester.js';

checkRule('require-activity-timeout', {
  valid: [
    temporal("  await proxyActivities<A>({ startToCloseTimeout: '1m' }).charge();", 'sleep, proxyActivities'),
    temporal(
      "  await proxyActivities<A>({ scheduleToCloseTimeout: '1m' }).charge();",
      'sleep, proxyActivities',
    ),
    "const options = { startToCloseTimeout: '1m' };\n".concat(
      temporal('  await proxyActivities<A>(options).charge();', 'sleep, proxyActivities'),
    ),
  ],
  invalid: [
    {
      code: temporal(
        "  await proxyActivities<A>({ heartbeatTimeout: '1m' }).charge(); // !",
        'sleep, proxyActivities',
      ),
      suggestions: [
        temporal(
          "  await proxyActivities<A>({ startToCloseTimeout: '1 minute', heartbeatTimeout: '1m' }).charge(); // !",
          'sleep, proxyActivities',
        ),
      ],
    },
    {
      code: temporal('  await proxyActivities<A>({}).charge(); // !', 'sleep, proxyActivities'),
      suggestions: [
        temporal(
          "  await proxyActivities<A>({ startToCloseTimeout: '1 minute' }).charge(); // !",
          'sleep, proxyActivities',
        ),
      ],
    },
  ],
});
