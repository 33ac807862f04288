import { readdirSync, watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';

/** Folders below those that are named; beyond it a change may go unseen. */
const foldersAtMost = 2_000;
const isIgnored = (name: string) => name === 'node_modules' || name.startsWith('.');

export const isCode = (name: string) => /\.[cm]?[jt]sx?$/.test(name);

/**
 * Calls back with its path when a file whose name matters changes, comes or goes below the folders. Each folder is watched for itself: Node's
 * recursive watching follows files, and loses one that an editor or git replaces by another of the same name.
 */
export function watchFiles(
  folders: readonly string[],
  matters: (name: string) => boolean,
  changed: (path: string) => void,
): () => void {
  const watchers = new Map<string, FSWatcher>();
  const forget = (folder: string) => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  const visit = (folder: string): void => {
    if (watchers.has(folder) || watchers.size >= foldersAtMost) return;
    try {
      const watcher = watch(folder, (event, name) => {
        if (name === null) return changed(folder);
        if (matters(name)) return changed(join(folder, name));
        if (event !== 'rename' || isIgnored(name)) return;
        // A folder has come, gone, or been replaced: what is in it may be new.
        const isNew = !watchers.has(join(folder, name));
        forget(join(folder, name));
        visit(join(folder, name));
        if (isNew === watchers.has(join(folder, name))) changed(join(folder, name));
      });
      watcher.on('error', () => forget(folder));
      watchers.set(folder, watcher);
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (entry.isDirectory() && !isIgnored(entry.name)) visit(join(folder, entry.name));
      }
    } catch {
      // It is not a folder, or it has gone meanwhile.
      forget(folder);
    }
  };
  folders.forEach(visit);
  return () => [...watchers.keys()].forEach(forget);
}
