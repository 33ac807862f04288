/**
 * Global variables that workflow code makes belong to its execution, though all executions share one context:
 * whoever runs finds the pristine globals and what it made itself.
 */
export interface GlobalsSwitch {
  newSet(): GlobalSet;
  enter(set: GlobalSet): void;
  /** The current execution has ended: its globals go. */
  leave(): void;
}

export interface GlobalSet {
  saved: Map<PropertyKey, PropertyDescriptor>;
}

export function createGlobalsSwitch(realm: object): GlobalsSwitch {
  const pristine = new Map<PropertyKey, PropertyDescriptor>();
  for (const key of Reflect.ownKeys(realm)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(realm, key);
    if (descriptor) pristine.set(key, descriptor);
  }
  /** The SDK's own, set by the driver for each execution. */
  const managed = new Set<PropertyKey>(['__TEMPORAL__', '__TEMPORAL_ACTIVATOR__', 'globalThis']);
  let current: GlobalSet | undefined;

  /** Descriptors are costly to ask for: most globals are what they were. */
  const isPristine = (key: PropertyKey, before: PropertyDescriptor) => {
    if ('value' in before) return (realm as Record<PropertyKey, unknown>)[key] === before.value;
    return Reflect.getOwnPropertyDescriptor(realm, key)?.get === before.get;
  };
  const takeOut = (into: GlobalSet | undefined) => {
    into?.saved.clear();
    for (const key of Reflect.ownKeys(realm)) {
      if (managed.has(key)) continue;
      const before = pristine.get(key);
      if (before && isPristine(key, before)) continue;
      into?.saved.set(key, Reflect.getOwnPropertyDescriptor(realm, key)!);
      if (before) Reflect.defineProperty(realm, key, before);
      else Reflect.deleteProperty(realm, key);
    }
    for (const [key, before] of pristine) {
      if (!Reflect.has(realm, key)) Reflect.defineProperty(realm, key, before);
    }
  };

  return {
    newSet: () => ({ saved: new Map() }),
    enter(set) {
      if (current === set) return;
      if (current) takeOut(current);
      for (const [key, descriptor] of set.saved) Reflect.defineProperty(realm, key, descriptor);
      current = set;
    },
    leave() {
      takeOut(undefined);
      current = undefined;
    },
  };
}
