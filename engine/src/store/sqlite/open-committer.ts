import { Committer } from './committer.js';
import type { openConnection } from './connection.js';

export interface WriterOptions {
  readonly path: string;
  readonly epoch: number;
  /** Address of the module that exports `openConnection`. */
  readonly connection: string;
}

export async function openCommitter({ path, epoch, connection }: WriterOptions): Promise<Committer> {
  const module = (await import(connection)) as { readonly openConnection: typeof openConnection };
  return new Committer(module.openConnection(path), epoch);
}
