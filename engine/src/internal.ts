export type { Command, CommandOf, CommandType } from './history/command.js';
export type { EventAttributes, EventOf, EventType, HistoryEvent, UnknownEvent } from './history/event.js';
export type { Payload } from './history/payload.js';
export type { WorkflowService } from './service/api.js';
export type * as ServiceApi from './service/api/workflow.js';
export type * as TaskApi from './service/api/tasks.js';
export { realClock, type Clock, type Random } from './service/clock.js';
export { ServiceError } from './service/errors.js';
