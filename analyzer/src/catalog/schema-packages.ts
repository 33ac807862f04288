/**
 * Packages that describe and check values. A schema keeps the functions that it is given (defaults, transforms,
 * refinements), and calls them when it checks something: what they read of the host is in what it gives.
 */

import { effects, lacksOption, matches, missing, when } from './build.js';
import type { ModuleShape, Shape, TypeShape } from './types.js';

/** Also what it gives has but pure methods, of whatever name. */
const pure: Shape = { type: 'vetted', call: { returns: 'vetted' }, construct: { returns: 'vetted' } };
const schema: Shape = {
  type: 'Schema',
  call: { returns: 'Schema' },
  construct: { returns: 'Schema' },
  members: { '*': { type: 'Schema', call: { returns: 'Schema' }, construct: { returns: 'Schema' } } },
};

const checked =
  'parse safeParse parseAsync safeParseAsync spa decode encode safeDecode safeEncode is assert check create coerce mask validate validateSync isValid isValidSync ' +
  'cast attempt attemptAsync validateAsync getDefault getDefaults getFallback safeParser parser Check Decode Encode Cast Create describe toJSONSchema';

const checks = Object.fromEntries(
  checked.split(' ').map((name) => [name, { call: { returns: 'vetted', runsKept: true } }] as const),
);

function packagesOf(names: string, module: ModuleShape): Record<string, ModuleShape> {
  return Object.fromEntries(names.split(' ').map((name) => [name, module]));
}

const settings = effects('module-state', {
  data: 'config setErrorMap setLocale setGlobalConfig setGlobalMessage',
});

const schemas: ModuleShape = { decides: 'published', exports: { '*': schema, ...checks, ...settings } };
const NOW = '^now$';
const bound: Shape = {
  call: { effect: when(matches(0, NOW), 'wall-clock'), returns: 'JoiSchema', via: 'Date.now' },
};
const joi: Shape = {
  type: 'JoiSchema',
  call: { returns: 'JoiSchema' },
  members: { ...checks, '*': { type: 'JoiSchema', call: { returns: 'JoiSchema' } } },
};

const compared: Shape = {
  call: { effect: when(missing(1), 'wall-clock'), returns: 'boolean', via: 'new Date' },
};
/** Without a locale the host's is taken, unless lower and upper case were asked for as the language has them. */
const cased: Shape = { call: { effect: when(lacksOption(1, 'locale'), 'locale'), returns: 'string' } };
const CASES =
  'camelCase capitalCase constantCase dotCase kebabCase noCase pascalCase pascalSnakeCase pathCase sentenceCase snakeCase trainCase';

export const schemaPackages: Readonly<Record<string, ModuleShape>> = {
  ...packagesOf('zod zod/v4 zod/v3 zod/mini zod/v4-mini yup valibot superstruct @sinclair/typebox', schemas),
  ...packagesOf('joi @hapi/joi', { decides: 'published', exports: { '*': joi, default: joi } }),
  validator: {
    decides: 'published',
    exports: {
      '*': pure,
      isAfter: compared,
      isBefore: compared,
      default: { ...pure, members: { isAfter: compared, isBefore: compared, '*': pure } },
    },
  },
  // The fourth major version did without locales; where it is installed its code says so.
  'change-case': {
    exports: { '*': pure, ...Object.fromEntries(CASES.split(' ').map((name) => [name, cased])) },
  },
};

export const schemaTypes: Readonly<Record<string, TypeShape>> = {
  Schema: {
    extends: 'Object',
    keeps: true,
    members: {
      ...checks,
      '*': { type: 'Schema', call: { returns: 'Schema' }, construct: { returns: 'Schema' } },
    },
    call: { returns: 'Schema' },
  },
  JoiSchema: {
    extends: 'Object',
    keeps: true,
    members: {
      ...checks,
      ...Object.fromEntries('min max less greater'.split(' ').map((name) => [name, bound])),
      '*': { type: 'JoiSchema', call: { returns: 'JoiSchema' } },
    },
  },
};
