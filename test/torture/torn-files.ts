import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files as a process, or a machine, that died at one commit has left them. */
export interface Leftover {
  readonly folder: string;
  readonly at: string;
  /** Not cut: before or after a commit. */
  readonly isWhole: boolean;
}

const sectorBytes = 512;
const headBytes = 32;

/**
 * For each recorded commit: the files before it, after it (and before anybody was told), and in its middle: its
 * writes to the log cut at any byte; sectors of them in any choice, as after power loss, which keeps no order
 * between two fsyncs; and, when the log was copied back, sectors of the database in any choice with the log whole.
 */
export function* leftovers(recorded: string, random: () => number): Generator<Leftover> {
  const count = readdirSync(recorded).filter((name) => name.endsWith('-after')).length;
  for (let k = 1; k <= count; k++) {
    const [before, after] = [join(recorded, `${k}-before`), join(recorded, `${k}-after`)];
    yield { folder: before, at: `before commit ${k}`, isWhole: true };
    const read = (folder: string, name: string) => readFileSync(join(folder, name));
    const [oldLog, newLog] = [read(before, 'r.db-wal'), read(after, 'r.db-wal')];
    const [oldFile, newFile] = [read(before, 'r.db'), read(after, 'r.db')];
    const make = (name: string, log: Buffer, file: Buffer): Leftover => {
      const folder = join(recorded, `${k}-${name}`);
      mkdirSync(folder);
      writeFileSync(join(folder, 'r.db'), file);
      writeFileSync(join(folder, 'r.db-wal'), log);
      copyFileSync(join(before, 'ledger'), join(folder, 'ledger'));
      return { folder, at: `commit ${k}, ${name}`, isWhole: false };
    };
    yield make('log cut', cut(oldLog, newLog, random), oldFile);
    yield make('log in part', inPart(withHeadOf(newLog, oldLog), newLog, random), oldFile);
    if (!oldFile.equals(newFile)) yield make('file in part', newLog, inPart(oldFile, newFile, random));
    yield { folder: after, at: `after commit ${k}`, isWhole: true };
  }
}

/** The old bytes, overwritten by the new ones up to a place where they differ. */
function cut(before: Buffer, after: Buffer, random: () => number): Buffer {
  let first = 0;
  while (first < before.length && first < after.length && before[first] === after[first]) first++;
  const end = first + Math.floor(random() * (after.length - first + 1));
  return Buffer.concat([after.subarray(0, end), before.subarray(end)]);
}

/** SQLite begins a log anew by its head, and has that on disk before it writes the rest. */
function withHeadOf(after: Buffer, before: Buffer): Buffer {
  return Buffer.concat([after.subarray(0, headBytes), before.subarray(headBytes)]);
}

function inPart(before: Buffer, after: Buffer, random: () => number): Buffer {
  const torn = Buffer.alloc(Math.max(before.length, after.length));
  before.copy(torn);
  let end = before.length;
  for (let from = 0; from < after.length; from += sectorBytes) {
    if (random() < 0.5) continue;
    const to = Math.min(from + sectorBytes, after.length);
    after.copy(torn, from, from, to);
    end = Math.max(end, to);
  }
  return torn.subarray(0, end);
}
