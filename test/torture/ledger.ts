import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync, writeSync } from 'node:fs';

/**
 * What happened outside of the engine, as those saw it to whom it happened: the client that was told that a call
 * has its effect, the activity that ran. A line outlives its writer when `append` returns: a kill takes nothing from
 * the system's cache, so that it needs no fsync, which would make the load slow and its commits few.
 *
 * `asked` comes before a call, `acked` after it returned; `began` is an activity's side effect, `returned` its
 * value; `left` says that somebody else will complete it; `recorded` says that the worker, or whoever completed it, was
 * told that the value is kept.
 */
export type Entry =
  | { readonly type: 'opened' | 'finished'; readonly atMs: number }
  | {
      readonly type: 'asked' | 'acked';
      readonly op: Operation;
      readonly key: string;
      readonly value?: unknown;
    }
  | {
      readonly type: 'began';
      readonly activity: ActivityKey;
      readonly activityType: string;
      readonly attempt: number;
      readonly nonce: string;
    }
  | {
      readonly type: 'left';
      readonly activity: ActivityKey;
      readonly nonce: string;
      readonly taskToken: string;
    }
  | { readonly type: 'recorded'; readonly activity: ActivityKey; readonly nonce: string };

export type Operation = 'start' | 'signal' | 'update' | 'cancel' | 'result' | 'schedule';

/** `<run id>/<activity id>` */
export type ActivityKey = string;

export interface Ledger {
  append(entry: Entry): void;
  close(): void;
}

export function openLedger(file: string): Ledger {
  const { O_APPEND, O_CREAT, O_RDWR } = constants;
  const descriptor = openSync(file, O_APPEND | O_CREAT | O_RDWR);
  // The line in which the last process died goes on in a line of its own.
  if (fstatSync(descriptor).size > 0) writeSync(descriptor, '\n');
  return {
    append: (entry) => void writeSync(descriptor, `${JSON.stringify(entry)}\n`),
    close: () => closeSync(descriptor),
  };
}

export function readLedger(file: string): Entry[] {
  return existsSync(file) ? parseLedger(readFileSync(file, 'utf8')) : [];
}

/** A line that is not whole was not written: its writer died in it. */
export function parseLedger(text: string): Entry[] {
  const entries: Entry[] = [];
  for (const line of text.split('\n')) {
    if (!line.endsWith('}')) continue;
    try {
      entries.push(JSON.parse(line) as Entry);
    } catch {
      continue;
    }
  }
  return entries;
}
