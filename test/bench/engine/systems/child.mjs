// The child's half of the protocol in ../bench.mjs. A system gives `start`, `runOne` and `stop`.
export function serve({ start, runOne, stop }) {
  process.on('message', async (request) => {
    if (request.type === 'start') await start();
    if (request.type === 'stop') await stop();
    process.send(request.type === 'run' ? await elapsedMs(request, runOne) : null);
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
