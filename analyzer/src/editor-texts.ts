/**
 * The texts of an editor's session. Owns what each file holds: what was opened last, or what is on
 * disk, whichever is newer. It notices changes on disk by size and time of modification.
 */

import { statSync } from 'node:fs';
import { createFileHost, type FileHost } from './program/host.js';

export interface EditorTexts {
  readonly read: (path: string) => string | undefined;
  /** Takes the text of an editor's buffer; true where it differs from what was known. */
  readonly open: (path: string, text: string) => boolean;
  /** Looks at every file that was read, packages excepted; gives those whose text is another now. */
  readonly changedOnDisk: () => readonly string[];
  /** The file system with these texts in it. */
  readonly host: FileHost;
}

interface Known {
  readonly text: string | undefined;
  /** Size and time of modification on disk when the text was taken. */
  readonly stamp: string;
}

export function createEditorTexts(): EditorTexts {
  const disk = createFileHost();
  const known = new Map<string, Known>();
  const read = (path: string): string | undefined => {
    const found = known.get(path);
    if (found !== undefined) return found.text;
    const text = disk.readText(path);
    known.set(path, { text, stamp: stampOf(path) });
    return text;
  };
  return {
    read,
    open: (path, text) => {
      const before = known.get(path)?.text;
      known.set(path, { text, stamp: stampOf(path) });
      return before !== text;
    },
    changedOnDisk: () => {
      const changed: string[] = [];
      for (const [path, { text, stamp }] of known) {
        if (path.includes('/node_modules/')) continue;
        const now = stampOf(path);
        if (now === stamp) continue;
        disk.forget([path]);
        const fresh = disk.readText(path);
        known.set(path, { text: fresh, stamp: now });
        if (fresh !== text) changed.push(path);
      }
      return changed;
    },
    host: { ...disk, readText: read },
  };
}

function stampOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? '' : `${String(stats.size)}:${String(stats.mtimeMs)}`;
}
