/**
 * What the imports of a file that is looked at alone say of the files behind them. Projects keep some
 * objects in files of their own: the client that functions hang on, a base class, the database. Where
 * the use of an import by a relative path tells which of them it is, a module stands in for its file.
 */

import type { FileIr, ImportIr } from './graph/ir.js';
import type { ProfileId } from './profiles/types.js';

interface Convention {
  readonly means: (binding: ImportIr, ir: FileIr, text: string) => boolean;
  /** Declares `$`. */
  readonly module: string;
}

/** Files that hold workflows of an engine though they import nothing of it at run time. */
const defining: Partial<Record<ProfileId, Convention>> = {
  inngest: {
    means: ({ local }, _ir, text) => text.includes(`${local}.createFunction(`),
    module: `import { Inngest as Engine } from 'inngest';\nconst $ = new Engine({ id: 'client' });`,
  },
  hatchet: {
    means: ({ local }, _ir, text) => text.includes(`${local}.durableTask(`),
    module: `import { HatchetClient as Engine } from '@hatchet-dev/typescript-sdk/v1';\nconst $ = Engine.init();`,
  },
  cloudflare: {
    means: isWorkflowBase,
    module: `import { WorkflowEntrypoint as Engine } from 'cloudflare:workers';\nabstract class $ extends Engine {}`,
  },
};

/** `prisma` is what Prisma's own documentation calls the client that a project shares. */
const database: Convention = {
  means: ({ local }, _ir, text) => /^prisma(Client)?$/.test(local) && text.includes(`${local}.`),
  module: `import { PrismaClient as Client } from '@prisma/client';\nconst $ = new Client();`,
};

/** Does the file define workflows of the engine by what it imports from another file? */
export function definesThroughImport(ir: FileIr, text: string, profile: ProfileId): boolean {
  const convention = defining[profile];
  return (
    convention !== undefined && relativeImports(ir).some((binding) => convention.means(binding, ir, text))
  );
}

/** The modules that stand for the files behind relative imports, by specifier. */
export function standInsFor(ir: FileIr, text: string, profile: ProfileId): readonly [string, string][] {
  const modules = new Map<string, string>();
  const conventions = [defining[profile], database].filter((item) => item !== undefined);
  for (const binding of relativeImports(ir)) {
    const found = conventions.find((convention) => convention.means(binding, ir, text));
    if (found === undefined) continue;
    const { specifier, name } = binding;
    // A base class is found by its name.
    const local = name === 'default' ? 'standIn' : name;
    const declared = `${found.module.replaceAll('$', local)}\nexport { ${local} as ${name} };\n`;
    modules.set(specifier, `${modules.get(specifier) ?? ''}${declared}`);
  }
  return [...modules];
}

function relativeImports({ imports }: FileIr): readonly ImportIr[] {
  return imports.filter(
    ({ specifier, name, local, typeOnly }) =>
      !typeOnly && local !== '' && name !== '*' && /^[.~@#]/.test(specifier),
  );
}

/** The base of a class whose `run` takes what Cloudflare hands to workflows. */
function isWorkflowBase({ local }: ImportIr, ir: FileIr): boolean {
  const handed = ir.imports.some(
    ({ specifier, name }) => specifier === 'cloudflare:workers' && /^Workflow(Step|Event)$/.test(name),
  );
  return (
    handed &&
    ir.classes.some(
      ({ baseType, members }) =>
        baseType?.type === 'name' &&
        baseType.name === local &&
        members.some((member) => member.name === 'run' && member.kind === 'method' && !member.static),
    )
  );
}
