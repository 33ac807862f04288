/** How values move through the built-in functions that store, hand on or call back. */

import type { CallSite } from './calls.js';
import { conversionModels } from './conversions.js';
import { joinReceivers } from './joint-receivers.js';
import { arrayModels } from './models-arrays.js';
import { keyedModels } from './models-keyed.js';
import { objectModels } from './models-objects.js';
import { descriptorModels } from './models-descriptors.js';
import { errorModels } from './models-errors.js';
import { functionModels } from './models-functions.js';
import { entryModels } from './models-entries.js';
import { tslibModels } from './models-tslib.js';
import type { GraphState } from './state.js';

export type Model = (state: GraphState, site: CallSite) => void;

const models: ReadonlyMap<string, Model> = new Map<string, Model>([
  ...arrayModels,
  ...keyedModels,
  ...objectModels,
  ...entryModels,
  ...functionModels,
  ...tslibModels,
  ...conversionModels,
  ...descriptorModels,
  ...errorModels,
]);

/** Applies the model of a built-in. False when it has none. */
export function runModel(state: GraphState, path: string, site: CallSite): boolean {
  const model = models.get(path);
  if (model === undefined) return false;
  const joined = joinReceivers(state, path, site);
  if (joined !== undefined) model(state, joined);
  return true;
}

export function hasModel(path: string): boolean {
  return models.has(path);
}
