import type { Terminal } from './terminal.js';

export interface Progress {
  readonly advance: () => void;
  readonly end: () => void;
}

const redrawMs = 100;
/** Shorter work shows no bar. */
const appearsAfterMs = 500;

/** A line on standard error that counts what there is no total of; shown as the bar is. */
export function progressCount({ stderr, showsProgress }: Pick<Terminal, 'stderr' | 'showsProgress'>): {
  readonly show: (what: string, count: number) => void;
  readonly end: () => void;
} {
  const startedAt = performance.now();
  let drawnAt = 0;
  return {
    show(what, count) {
      const now = performance.now();
      if (!showsProgress || now - startedAt < appearsAfterMs || now - drawnAt < redrawMs) return;
      drawnAt = now;
      stderr.write(`\r\u001b[K${count} ${what}`);
    },
    end() {
      if (drawnAt > 0) stderr.write('\r\u001b[K');
      drawnAt = 0;
    },
  };
}

/** A bar on standard error while a person watches and the work is long; nothing otherwise. */
export function progressBar(
  what: string,
  total: number,
  { stderr, showsProgress, columns }: Terminal,
): Progress {
  if (!showsProgress || total < 2) return { advance: () => undefined, end: () => undefined };
  const startedAt = performance.now();
  let done = 0;
  let drawnAt = 0;
  const width = Math.max(10, Math.min(40, columns - what.length - 24));
  return {
    advance() {
      done += 1;
      const now = performance.now();
      if (now - startedAt < appearsAfterMs || now - drawnAt < redrawMs) return;
      drawnAt = now;
      const filled = Math.round((width * done) / total);
      stderr.write(`\r${what} ${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${done}/${total}`);
    },
    end() {
      if (drawnAt > 0) stderr.write('\r\u001b[K');
    },
  };
}
