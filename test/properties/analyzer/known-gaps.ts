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
  'optional-missing',
  'label-break',
  'decorator-replaces',
  'assigned-later',
  'options-defaults',
  'middleware',
  'symbol-registry',
  'object-entries-find',
  'array-for-each-empty',
  'array-includes',
  'logical-assign-and',
  'catch-call',
  'then-second',
  'live-binding',
  'json-table',
  'assignment-array',
  'generator-not-run',
  'value-of-plus',
];
