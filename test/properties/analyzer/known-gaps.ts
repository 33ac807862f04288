/** Constructs of which the analyzer is known to say too little or too much: each must still do so, or leave these lists. */

export const knownMisses: readonly string[] = [
  'extends-array-of',
  'extends-promise',
  'decorator-initializer',
  'any-errors',
  'to-string-tag',
  'concat-spreadable',
  'species',
];

export const knownFalseAlarms: readonly string[] = [
  'spread-arguments',
  'optional-missing',
  'label-break',
  'class-factory',
  'decorator-replaces',
  'assigned-later',
  'options-defaults',
  'middleware',
  'symbol-registry',
  'object-spread',
  'object-method-spread',
  'object-entries-find',
  'array-for-each-empty',
  'array-includes',
  'logical-assign-and',
  'catch-call',
  'then-second',
  'import-namespace-spread',
  'live-binding',
  'json-table',
  'array-rest',
  'assignment-array',
  'generator-not-run',
  'value-of-plus',
];
