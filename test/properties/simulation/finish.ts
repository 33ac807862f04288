import { advance, completeWorkflowTask, signal, takeWorkflowTask, type Step } from './commands.js';

const mostTasks = 200;

/** No more faults: every run can be brought to its end. */
export const finish: Step = {
  check: () => true,
  run: async (model, world) => {
    world.disk.disarm();
    const isOpen = () => [...model.runs.values()].some((run) => run.status === 'RUNNING');
    for (let i = 0; isOpen(); i++) {
      if (i > mostTasks) throw new Error('a run does not end');
      await takeWorkflowTask().run(model, world);
      if (world.workflowTasks.length > 0)
        await completeWorkflowTask(0, [{ asks: 'end', fails: false }]).run(model, world);
      else await (i % 2 ? advance(60_000) : signal(i)).run(model, world);
    }
  },
  toString: () => 'finish',
};
