import { PassThrough } from 'node:stream';
import { progressCount } from '@refrain/cli/internal';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

/** What is written while 1,000 files are read in two seconds. */
function writtenWhere(showsProgress: boolean, filesInMs = 2000): string {
  const stderr = new PassThrough();
  const progress = progressCount({ stderr, showsProgress });
  for (let count = 1; count <= 1000; count += 1) {
    vi.advanceTimersByTime(filesInMs / 1000);
    progress.show('files read', count);
  }
  progress.end();
  progress.end();
  return String((stderr.read() as Buffer | null) ?? '');
}

/** What a terminal shows in the end of what was written to one line. */
const shown = (written: string): string => written.split('\r').at(-1)!.replace('\u001b[K', '');

describe('progress', () => {
  it('is drawn on a line that is empty in the end', () => {
    const written = writtenWhere(true);
    expect(written).toContain('\r\u001b[K500 files read');
    expect(written.split('files read').length).toBeLessThan(20);
    expect(written).not.toContain('\n');
    expect(shown(written)).toBe('');
    expect(written.endsWith('\r\u001b[K\r\u001b[K')).toBe(false);
  });

  it('is not drawn for short work, or where nobody watches', () => {
    expect(writtenWhere(true, 400)).toBe('');
    expect(writtenWhere(false)).toBe('');
  });
});
