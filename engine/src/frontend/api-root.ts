import { createRequire } from 'node:module';
import type { Root } from 'protobufjs';

/**
 * Temporal's published protobuf API. It is large, so it is loaded when a front end starts and not before;
 * `require` because the package has no static types for its reflection root.
 */
export function apiRoot(): Root {
  return createRequire(import.meta.url)('@temporalio/proto') as Root;
}
