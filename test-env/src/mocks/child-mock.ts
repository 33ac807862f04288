import { Mock } from './mock.js';

/** A workflow that is mocked where it is started as a child. */
export class ChildMock<P extends readonly unknown[] = readonly unknown[], R = unknown> extends Mock<P, R> {
  /** The child never ends by itself: it is cancelled, terminated, or runs into its timeouts in virtual time. */
  timesOut(): this {
    return this.addBehaviour({ type: 'timesOut' });
  }
}
