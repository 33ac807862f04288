import type { MachineDefinition } from './machine.js';
import { activityMachine } from './machines/activity.js';
import { cancelExternalMachine } from './machines/cancel-external.js';
import { childWorkflowMachine } from './machines/child-workflow.js';
import { localActivityMachine } from './machines/local-activity.js';
import { modifyPropertiesMachine } from './machines/modify-properties.js';
import { patchMachine } from './machines/patch.js';
import { sideEffectMachine } from './machines/side-effect.js';
import { signalExternalMachine } from './machines/signal-external.js';
import { timerMachine } from './machines/timer.js';
import { updateMachine } from './machines/update.js';
import { upsertSearchAttributesMachine } from './machines/upsert-search-attributes.js';
import { versionMachine } from './machines/version.js';
import { workflowCompletionMachine } from './machines/workflow-completion.js';
import type { MachineKind } from './state.js';

const definitions: Readonly<Record<MachineKind, MachineDefinition>> = {
  timer: timerMachine,
  activity: activityMachine,
  localActivity: localActivityMachine,
  childWorkflow: childWorkflowMachine,
  signalExternal: signalExternalMachine,
  cancelExternal: cancelExternalMachine,
  patch: patchMachine,
  version: versionMachine,
  sideEffect: sideEffectMachine,
  update: updateMachine,
  upsertSearchAttributes: upsertSearchAttributesMachine,
  modifyProperties: modifyPropertiesMachine,
  workflowCompletion: workflowCompletionMachine,
};

export function definitionOf(kind: MachineKind): MachineDefinition {
  return definitions[kind];
}

export const machineKinds = Object.keys(definitions) as readonly MachineKind[];
