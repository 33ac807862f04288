export { TestWorkflowEnvironment, type StartedWorkflow } from './environment.js';
export {
  ReplayDivergenceError,
  StalledError,
  TestConfigError,
  TimeSkipLimitError,
  UnexpectedCallError,
  UnmetExpectationError,
  WorkflowTaskFailedError,
} from './errors.js';
export { timeline, type TimelineOptions } from './history/timeline.js';
export type { TestClient, TestWorkflowClient } from './host/test-client.js';
export type { EventListener, Execution } from './host/listeners.js';
export { ActivityMock, type AsyncCompletion } from './mocks/activity-mock.js';
export type { Activities, ArgumentMatcher, ArgumentMatchers } from './mocks/activity-types.js';
export { ChildMock } from './mocks/child-mock.js';
export { ExternalWorkflowMock, type ReceivedSignal } from './mocks/external-mock.js';
export { Mock, type MockCall } from './mocks/mock.js';
export type { RunOptions, TestWorkflowEnvironmentOptions, WorkflowReference } from './options.js';
export { explore } from './explore/explore.js';
export { ExplorationError } from './explore/failure.js';
export type {
  ExploreFaults,
  ExploreMessage,
  ExploreOptions,
  ExploreReport,
  ExploreView,
  Invariant,
  Invariants,
} from './explore/options.js';
export {
  defaultActivityInfo,
  MockActivityEnvironment,
  type CancelReason,
} from './mock-activity-environment.js';
