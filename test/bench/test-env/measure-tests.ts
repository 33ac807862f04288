// A setup file of Vitest: measures each test that makes an environment, and says so in a file at the end. With
// REFRAIN_BENCH_REPLAY=off the environments replay nothing.
import { appendFileSync } from 'node:fs';
import { TestWorkflowEnvironment } from '@refrain/test-env';
import { afterEach, beforeEach } from 'vitest';

const file = process.env.REFRAIN_BENCH_FILE!;
const replay = process.env.REFRAIN_BENCH_REPLAY !== 'off';
const create = TestWorkflowEnvironment.create.bind(TestWorkflowEnvironment);
let created = 0;
TestWorkflowEnvironment.create = (options) => {
  created++;
  return create({ ...options, replay }) as never;
};

let cpu: NodeJS.CpuUsage;
let beganMs = 0;

beforeEach(() => {
  created = 0;
  cpu = process.cpuUsage();
  beganMs = performance.now();
});

afterEach(({ task }) => {
  const { user, system } = process.cpuUsage(cpu);
  if (created === 0) return;
  const measured = { cpuMs: (user + system) / 1000, wallMs: performance.now() - beganMs };
  appendFileSync(file, `${JSON.stringify({ test: task.name, ...measured })}\n`);
});
