// The child's half of the protocol in ../bench.mjs. A system gives `start`, `runOne`, `stop` and perhaps `fanOut`.
export function serve({ start, runOne, fanOut, stop }) {
  const answer = async (request) => {
    if (request.type === 'run') return elapsedMs(request, runOne);
    if (request.type !== 'fan-out') return null;
    const startedAt = performance.now();
    await fanOut(request.activities);
    return performance.now() - startedAt;
  };
  process.on('message', async (request) => {
    if (request.type === 'start') await start();
    if (request.type === 'stop') await stop();
    process.send(await answer(request));
  });
}

/** Keeps `concurrency` workflows going until `workflows` have completed; returns milliseconds. */
async function elapsedMs({ workflows, activities, concurrency }, runOne) {
  let started = 0;
  const startedAt = performance.now();
  const lane = async () => {
    while (started < workflows) {
      started += 1;
      await runOne(activities);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return performance.now() - startedAt;
}
