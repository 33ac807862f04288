import { continueAsNew, proxyActivities, sleep } from '@refrain/engine/workflow';
import type * as activities from './activities.js';
import type { BuildState } from './activities.js';

const { fetchState, announce } = proxyActivities<typeof activities>({ startToCloseTimeout: '10 seconds' });

/** Frequent: an answer is wanted within seconds. The loop is in the activity. */
export async function frequentPolling(build: string): Promise<BuildState> {
  const { waitForBuild } = proxyActivities<typeof activities>({
    startToCloseTimeout: '1 hour',
    heartbeatTimeout: '10 seconds',
  });
  return waitForBuild(build);
}

/** Rare: once a minute is enough. Each poll is an attempt, and the engine waits between them. */
export async function rarePolling(build: string): Promise<BuildState> {
  const { stateOfFinishedBuild } = proxyActivities<typeof activities>({
    startToCloseTimeout: '10 seconds',
    scheduleToCloseTimeout: '1 day',
    retry: { initialInterval: '1 minute', backoffCoefficient: 1 },
  });
  return stateOfFinishedBuild(build);
}

/** So many polls share one history. */
const pollsPerRun = 20;

/** Periodic and without an end: every poll may lead to something else. The loop is in the workflow. */
export async function watchBuilds(build: string, known: BuildState = 'queued'): Promise<never> {
  let last = known;
  for (let poll = 0; poll < pollsPerRun; poll++) {
    const state = await fetchState(build);
    if (state !== last) await announce(build, state);
    last = state;
    await sleep('5 minutes');
  }
  return continueAsNew<typeof watchBuilds>(build, last);
}
