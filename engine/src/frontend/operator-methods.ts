import type { WorkflowService } from '../service/api.js';
import type { Method } from './call.js';

export function operatorMethods(_service: WorkflowService): Readonly<Record<string, Method>> {
  return {};
}
