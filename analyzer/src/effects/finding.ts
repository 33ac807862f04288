import type { SourceRuleId } from '../catalog/types.js';
import type { Instance, NativeUse, Unit } from '../graph/state.js';
import type { MisuseRuleId } from '../rules/types.js';

export type RuleId = SourceRuleId | 'unstable-identity' | 'forbidden-module' | MisuseRuleId;

export type Reaches = 'command' | 'branch' | 'identity' | 'result' | 'state' | 'nothing';

/** A finding before it is placed in lines and given its chain. */
export interface RawFinding {
  readonly rule: RuleId;
  readonly severity: 'error' | 'warning';
  readonly instance: Instance;
  /** The file it stands in, where that is not the instance's own: what a step of it calls. */
  readonly unit?: Unit;
  readonly at: number;
  readonly end: number;
  readonly message: string;
  readonly suggestion: string | undefined;
  /** The source whose value is followed; without it the finding reaches what `reaches` says. */
  readonly use: NativeUse | undefined;
  readonly reaches: Reaches;
}
