import { CancellationScope, log } from '@refrain/engine/workflow';

/** What undoes the finished parts of a saga; the last one done is undone first. */
export class Compensations {
  private readonly pending: { name: string; undo: () => Promise<unknown> }[] = [];

  add(name: string, undo: () => Promise<unknown>): void {
    this.pending.unshift({ name, undo });
  }

  /** Undoes everything, also when the workflow was cancelled. A failure of one does not keep back the others. */
  async run(): Promise<void> {
    await CancellationScope.nonCancellable(async () => {
      for (const { name, undo } of this.pending) {
        try {
          await undo();
        } catch (error) {
          log.error('compensation failed', { name, error: String(error) });
        }
      }
    });
  }
}
