/** What the outside world can do next in an explored run. `key` names the actor and stays the same while it waits. */
export type Action =
  /** A worker takes the oldest workflow task and answers it. */
  | { readonly type: 'workflowTask'; readonly key: 'workflow task' }
  /** A started activity attempt does its work and answers. */
  | { readonly type: 'complete'; readonly key: string; readonly activity: number }
  | { readonly type: 'signal'; readonly key: string; readonly signal: number }
  | { readonly type: 'update'; readonly key: string; readonly update: number }
  /** Time goes on to the next timer. */
  | { readonly type: 'advance'; readonly key: 'time' }
  /** The workflow has ended; what still runs does nothing more. */
  | { readonly type: 'leave'; readonly key: 'end' }
  | Fault;

export type Fault =
  /** The attempt fails before it did anything. */
  | { readonly type: 'fail'; readonly key: string; readonly activity: number }
  /** The attempt does its work, and its answer is lost: it times out. */
  | { readonly type: 'lose'; readonly key: string; readonly activity: number }
  /** The attempt does nothing and times out. */
  | { readonly type: 'timeOut'; readonly key: string; readonly activity: number }
  /** The attempt does its work late: it timed out before, and its answer is refused. */
  | { readonly type: 'late'; readonly key: string; readonly activity: number }
  | { readonly type: 'duplicateSignal'; readonly key: string; readonly signal: number }
  | { readonly type: 'cancel'; readonly key: 'cancel' }
  /** The worker loses its cache: the next task is a full replay. */
  | { readonly type: 'evict'; readonly key: 'eviction' }
  /** The worker takes a workflow task and dies: the task times out, another worker starts cold. */
  | { readonly type: 'crash'; readonly key: 'crash' }
  /** The second version of the code takes over. */
  | { readonly type: 'deploy'; readonly key: 'deployment' };

const faults: ReadonlySet<Action['type']> = new Set<Action['type']>([
  'fail',
  'lose',
  'timeOut',
  'late',
  'duplicateSignal',
  'cancel',
  'evict',
  'crash',
  'deploy',
]);

/** An action by what it means, wherever it stands among the enabled ones. */
export type ActionId = `${Action['type']} ${string}`;

export function idOf({ type, key }: Action): ActionId {
  return `${type} ${key}`;
}

export function isFault(action: Action): action is Fault {
  return faults.has(action.type);
}
