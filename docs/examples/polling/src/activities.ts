import { Context } from '@refrain/engine/activity';

export type BuildState = 'queued' | 'running' | 'passed' | 'failed';

/** The build server. Put the call of a real one here. */
export const buildServer = {
  async stateOf(_build: string): Promise<BuildState> {
    return 'passed';
  },
};

export async function fetchState(build: string): Promise<BuildState> {
  return buildServer.stateOf(build);
}

/**
 * Polls every second within one attempt, and heartbeats: a worker that dies is noticed after ten seconds, and the
 * next attempt goes on polling. History holds one activity, however long it takes.
 */
export async function waitForBuild(build: string): Promise<BuildState> {
  const { heartbeat, sleep } = Context.current();
  for (;;) {
    const state = await fetchState(build);
    if (isFinal(state)) return state;
    heartbeat(state);
    await sleep('1 second');
  }
}

/** Polls once; not ready is a failure, and the retry policy is the timer. History holds one activity, too. */
export async function stateOfFinishedBuild(build: string): Promise<BuildState> {
  const state = await fetchState(build);
  if (!isFinal(state)) throw new Error(`${build} is ${state}`);
  return state;
}

function isFinal(state: BuildState): boolean {
  return state === 'passed' || state === 'failed';
}

export async function announce(build: string, state: BuildState): Promise<void> {
  console.log(`${build}: ${state}`);
}
