/** Constructs of which the analyzer is known to say too little or too much: each must still do so, or leave these lists. */

/** Ran, and are not reported. */
export const knownMisses: readonly string[] = [
  // Instances of classes that extend those of the language, made by what they inherit.
  'extends-array-of',
  'extends-promise',
  'species',
  // A decorator's `context.addInitializer`.
  'decorator-initializer',
  // What an object literal is said to inherit only later.
  'set-prototype-super',
  // Objects with a `then` of their own among the promises of `Promise.all`.
  'thenable-in-all',
  // What `Promise.any` rejects with.
  'any-errors',
  // Members that the language asks for in passing.
  'to-string-tag',
  'concat-spreadable',
];

/** Reported, though no input reaches them. */
export const knownFalseAlarms: readonly string[] = [
  // A variable is everything that is ever assigned to it, in whatever order.
  'label-break',
  'assigned-later',
  'live-binding',
  'getter-namespace',
  'assignment-array',
  'logical-assign-and',
  // Values that are computed, searched or read from a file are not calculated.
  'middleware',
  'object-entries-find',
  'object-group-by',
  'map-group-by',
  'array-for-each-empty',
  'array-includes',
  'json-table',
  // What is spread into a rest parameter loses its place.
  'forwarding-deep',
  // Calls that never return, arguments of calls that are not made, promises that are never fulfilled.
  'catch-call',
  'optional-missing',
  'then-second',
  // What a decorator replaces stays callable; an instance with both conversions is asked for both.
  'decorator-replaces',
  'value-of-plus',
];

/** Reported, but not as reaching the command. */
export const knownLosses: readonly string[] = [
  // A function that was made from one with a callback.
  'node-promisify',
  // What a signal was aborted with.
  'abort-reason',
];
