import { signal } from './client-steps.js';
import { advance } from './fault-steps.js';
import type { Step } from './step.js';
import { completeWorkflowTask, takeWorkflowTask } from './task-steps.js';
import { terminate } from './client-steps.js';

const mostTasks = 200;

/** No more faults: every run can be brought to its end. */
export const finish: Step = {
  check: () => true,
  run: async (model, world) => {
    world.disk.disarm();
    const open = () => [...model.runs.values()].filter((run) => run.status === 'RUNNING');
    for (let i = 0; open().length > 0; i++) {
      if (i > mostTasks) throw new Error('a run does not end');
      // A schedule has no end.
      const cron = open().findIndex((run) => run.chain === 'cron' && run.earlier > 0);
      if (cron >= 0) await terminate(cron).run(model, world);
      await takeWorkflowTask(i % 3 === 2).run(model, world);
      if (world.workflowTasks.length > 0)
        await completeWorkflowTask(0, [{ asks: 'end', fails: false }]).run(model, world);
      else await (i % 2 ? advance(60_000) : signal(i)).run(model, world);
    }
  },
  toString: () => 'finish',
};
