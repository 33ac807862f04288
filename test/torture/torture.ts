import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleWorkflowCode } from '@refrain/engine/internal';
import { Checker } from './checker.js';
import type { Orders } from './child-main.js';
import type { Death } from './death.js';
import { drawDeath } from './death.js';
import { readImage } from './image.js';
import { readLedger } from './ledger.js';
import type { Plan } from './plan.js';
import { planOf, seeded } from './plan.js';
import { leftovers } from './torn-files.js';
import type { Replays } from './replays.js';
import { openReplays } from './replays.js';

export interface TortureOptions {
  readonly kills: number;
  /** Files cut in the middle of a commit, as many at least. */
  readonly torn: number;
  readonly seed: number;
  readonly workflows: number;
  /** A life is killed so many times at most in one file; then the load may end, and what it gave is judged. */
  readonly killsPerFile: number;
  /** Files that are worked on at a time. */
  readonly lanes: number;
  /** Where the bundled child stands. */
  readonly codeFolder: string;
  readonly workflowsPath: string;
  log(line: string): void;
}

export interface TortureFigures {
  kills: number;
  /** Files judged as a death at a commit would leave them, and how many of those were worked on to the end. */
  torn: number;
  resumed: number;
  files: number;
  replayed: number;
  acknowledged: number;
  readonly byPlace: Record<string, number>;
  readonly wrong: string[];
}

/** Kills processes that work on a file, and judges what each has left; stops at the first file with something wrong. */
export async function torture(options: TortureOptions): Promise<TortureFigures> {
  const { kills, torn, seed, lanes, workflowsPath } = options;
  const figures: TortureFigures = {
    kills: 0,
    torn: 0,
    resumed: 0,
    files: 0,
    replayed: 0,
    acknowledged: 0,
    byPlace: {},
    wrong: [],
  };
  const folder = mkdtempSync(join(tmpdir(), 'refrain-torture-'));
  const bundle = await bundleWorkflowCode({ workflowsPath });
  writeFileSync(join(folder, 'bundle.json'), JSON.stringify(bundle));
  const contexts = Array.from({ length: lanes }, (): Context => {
    return { options, folder, figures, replays: openReplays(bundle), standby: undefined };
  });
  try {
    let files = 0;
    const nextSeed = () => seed * 1000 + files++;
    const isRight = () => figures.wrong.length === 0;
    await rehearse(contexts[0]!, nextSeed());
    await Promise.all(
      contexts.map(async (context) => {
        while (figures.kills < kills && isRight()) await tortureFile(context, nextSeed());
        while (figures.torn < torn && isRight()) await tearFile(context, nextSeed());
      }),
    );
  } finally {
    for (const { standby } of contexts) standby?.kill('SIGKILL');
    if (figures.wrong.length === 0) rmSync(folder, { recursive: true });
    else options.log(`torture: the file and the ledger are kept in ${folder}`);
  }
  return figures;
}

/** What one lane works with. */
interface Context {
  readonly options: TortureOptions;
  readonly folder: string;
  readonly figures: TortureFigures;
  readonly replays: Replays;
  /** A process that has loaded its code and waits for its turn. */
  standby: ChildProcess | undefined;
}

function launch({ codeFolder }: TortureOptions): ChildProcess {
  return fork(join(codeFolder, 'child-main.cjs'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
  });
}

/** A life that nothing happens to, judged as the others; it leaves its compiled code to them. */
async function rehearse(context: Context, seed: number): Promise<void> {
  const place = newPlace(context, seed);
  const code = await live(context, { ...place, life: 0, death: noDeath, keepsCompiledCode: true });
  context.standby?.kill('SIGKILL');
  context.standby = undefined;
  const judged = { ...place, at: 'rehearsal', code, replays: 1, random: seeded(seed) };
  const isRight = await judge(context, new Checker(place.plan), judged);
  if (isRight) rmSync(place.folder, { recursive: true });
}

async function tortureFile(context: Context, seed: number): Promise<void> {
  const { options, figures } = context;
  const random = seeded(seed);
  const place = newPlace(context, seed);
  const checker = new Checker(place.plan);
  for (let life = 0; ; life++) {
    const isLast = life >= options.killsPerFile || figures.kills >= options.kills;
    const death = isLast ? noDeath : drawDeath(random);
    const code = await live(context, { ...place, life, death });
    const at = `life ${life}, death ${JSON.stringify(death)}`;
    const isRight = await judge(context, checker, {
      ...place,
      at,
      code,
      replays: code === 0 ? 1 : 0.1,
      random,
    });
    if (code === null) {
      figures.kills++;
      const name = death.at ?? 'none';
      figures.byPlace[name] = (figures.byPlace[name] ?? 0) + 1;
    }
    if (code === 0 || !isRight) break;
  }
  if (figures.wrong.length === 0) rmSync(place.folder, { recursive: true });
}

/** One life that is not killed, judged as if it had died before, in the middle of, and after each of its commits. */
async function tearFile(context: Context, seed: number): Promise<void> {
  const { figures } = context;
  const random = seeded(seed);
  const place = newPlace(context, seed);
  const recordIn = join(place.folder, 'recorded');
  const death = { ...noDeath, recordIn, checkpointPages: [10, 40, 400][Math.floor(random() * 3)]! };
  const code = await live(context, { ...place, life: 0, death });
  const checker = new Checker(place.plan);
  for (const { folder, at, isWhole } of leftovers(recordIn, random)) {
    if (figures.torn >= context.options.torn) break;
    const left = placeIn(folder, place);
    figures.torn++;
    // In the middle of a commit the next one may be there already, or not yet.
    const judging = isWhole ? checker : checker.copy();
    if (!(await judge(context, judging, { ...left, at, code: null, replays: 0.05, random }))) return;
    if (random() > 0.04) continue;
    figures.resumed++;
    const resumed = placeIn(join(place.folder, `resumed ${figures.resumed}`), place);
    cpSync(folder, resumed.folder, { recursive: true });
    const end = await live(context, { ...resumed, life: 1, death: noDeath });
    const atEnd = { ...resumed, at: `${at}, resumed`, code: end, replays: 0.3, random };
    if (!(await judge(context, judging.copy(), atEnd))) return;
  }
  const isRight = await judge(context, checker, { ...place, at: 'its end', code, replays: 1, random });
  if (isRight) rmSync(place.folder, { recursive: true });
}

interface Place {
  readonly seed: number;
  readonly plan: Plan;
  readonly folder: string;
  readonly file: string;
  readonly ledgerFile: string;
}

function newPlace({ options, folder, figures }: Context, seed: number): Place {
  const place = placeIn(join(folder, String(seed)), { seed, plan: planOf(seed, options.workflows) });
  mkdirSync(place.folder);
  figures.files++;
  return place;
}

function placeIn(folder: string, { seed, plan }: Pick<Place, 'seed' | 'plan'>): Place {
  return { seed, plan, folder, file: join(folder, 'r.db'), ledgerFile: join(folder, 'ledger') };
}

const noDeath: Death = { at: undefined, n: 0, delayMicros: 0 };

interface Judged extends Place {
  readonly at: string;
  readonly code: number | null;
  /** The share of the histories that is replayed at every cut. */
  readonly replays: number;
  random(): number;
}

async function judge(context: Context, checker: Checker, judged: Judged): Promise<boolean> {
  const { figures } = context;
  const { file, ledgerFile, code, seed, at } = judged;
  const entries = readLedger(ledgerFile);
  const image = readImage(file);
  const wrong = code === 0 ? checker.checkEnd(image, entries) : checker.check(image, entries);
  if (code !== 0 && code !== null) wrong.push(`the process ended by itself with code ${code}`);
  const replayed = image.runs.filter(() => judged.random() < judged.replays);
  wrong.push(...(await context.replays.check(replayed)));
  figures.replayed += replayed.length;
  if (code === 0) figures.acknowledged += entries.filter((e) => /^(acked|recorded)$/.test(e.type)).length;
  for (const what of wrong) figures.wrong.push(`seed ${seed}, ${at}: ${what}`);
  return wrong.length === 0;
}

interface Life {
  readonly file: string;
  readonly ledgerFile: string;
  readonly plan: Plan;
  readonly life: number;
  readonly death: Death;
  readonly keepsCompiledCode?: boolean;
}

/** Runs one process until it dies. Returns its exit code; `null` when it was killed. */
async function live(context: Context, life: Life): Promise<number | null> {
  const { options, folder } = context;
  const { death } = life;
  const child = context.standby ?? launch(options);
  await once(child, 'message');
  context.standby = launch(options);
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const orders: Orders = {
    ...life,
    ...(death.commitIn && { commitIn: death.commitIn }),
    bundleFile: join(folder, 'bundle.json'),
    connection: pathToFileURL(join(options.codeFolder, 'deadly-connection.mjs')).href,
  };
  child.send(orders);
  const kill = () => child.kill('SIGKILL');
  const stop = death.at === 'any time' ? setTimeout(kill, death.n) : setInterval(watch(life, kill), lookMs);
  const [code] = await exited;
  clearInterval(stop);
  if (code === null && death.at === undefined) return 124;
  return code;
}

const lookMs = 500;
/**
 * A load that neither writes to its file nor tells anything for so many looks hangs. Nothing that it waits for takes so
 * long: an attempt that is found lost only by its timeout, of a minute, fails. How fast the machine is makes no difference,
 * unless it does not run the process at all.
 */
const looksWithoutProgress = 60;
/** A load that writes without an end hangs, too. */
const mostLooks = 600;

/** To be called at each look; calls `kill` when the life hangs. */
function watch({ file, ledgerFile }: Life, kill: () => void): () => void {
  let seen = '';
  let still = 0;
  let looks = 0;
  return () => {
    const stats = [file, `${file}-wal`, ledgerFile].map((path) => statSync(path, { throwIfNoEntry: false }));
    const now = stats.map((stat) => `${stat?.size} ${stat?.mtimeMs}`).join();
    still = now === seen ? still + 1 : 0;
    seen = now;
    if (++looks >= mostLooks || still >= looksWithoutProgress) kill();
  };
}
