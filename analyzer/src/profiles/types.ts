/** A profile describes one engine, as data: where its workflows start and what its API means. */

import type {
  ArgumentPath,
  CataloguePath,
  Effect,
  ModuleShape,
  Shape,
  TypeName,
  TypeShape,
} from '../catalog/types.js';
import type { Bundling } from '../program/resolve.js';

export type ProfileId =
  | 'refrain'
  | 'temporal'
  | 'restate'
  | 'inngest'
  | 'hatchet'
  | 'dbos'
  | 'aws'
  | 'azure'
  | 'cloudflare'
  | 'vercel';

/** A reference to something that an SDK's module exports: `{ module: '@x/y', path: 'Worker.create' }`. */
export interface ApiReference {
  readonly module: string;
  /** Exported name, then members, separated by dots. `default` for a default export. */
  readonly path: string;
}

/**
 * How workflows are recognised. Calls that define workflows (`createFunction(…)`, `restate.service`)
 * are not here: they are `define-workflow` roles in the API's shapes.
 */
export type WorkflowPattern =
  /** Every exported function of a module that imports one of these modules at run time. */
  | {
      readonly type: 'exports-of-importers';
      readonly modules: readonly string[];
      readonly onlyAsync: boolean;
    }
  /** Every exported function of the module whose path this call's option gives. */
  | { readonly type: 'path-option'; readonly callee: ApiReference; readonly option: string }
  /** A method or function under this decorator (`@DBOS.workflow()`). */
  | { readonly type: 'decorator'; readonly decorator: ApiReference; readonly params?: readonly TypeName[] }
  /** A method of every class that extends this one. */
  | {
      readonly type: 'heritage';
      readonly base: ApiReference;
      readonly method: string;
      readonly params?: readonly TypeName[];
    }
  /** A function (or every function of a file) that opens with this directive. */
  | { readonly type: 'directive'; readonly directive: string };

/** Functions that the engine runs outside replay although workflow code calls them directly. */
export type SafeFunctionPattern =
  | { readonly type: 'directive'; readonly directive: string }
  | { readonly type: 'decorator'; readonly decorator: ApiReference };

/** What an engine does to a catalogued API. */
export type PatchStatus =
  /** The engine makes it deterministic: no finding. */
  | 'patched'
  /** The engine makes it deterministic, but moving the code elsewhere would break it: a warning. */
  | 'not-portable'
  /** The engine refuses it at run time: an error whatever the value is used for. */
  | 'refused';

export interface Profile {
  readonly id: ProfileId;
  readonly title: string;
  /** Importing one of these at run time selects the profile under `auto`. */
  readonly selectedBy: readonly string[];
  /** Directives that select the profile under `auto` (`use workflow`). */
  readonly selectedByDirectives?: readonly string[];
  /**
   * The modules of workflow code are loaded once per execution inside a sandbox, so that everything
   * that happens while they load is replayed. False: they load once per process in plain Node, and
   * only values that replayed code reads later matter.
   */
  readonly sandboxed: boolean;
  /** How workflow code is bundled; without it, Node loads it. */
  readonly bundling?: Bundling;
  /** Awaited commands complete in the order that history recorded, also under replay. */
  readonly recordsCompletionOrder: boolean;
  readonly workflows: readonly WorkflowPattern[];
  readonly safeFunctions: readonly SafeFunctionPattern[];
  /** A factory that modules of workflows export, whose objects the engine calls around a workflow. */
  readonly hooks?: {
    readonly export: string;
    readonly lists: readonly string[];
    readonly methods: readonly string[];
  };
  /** The engine's modules, by specifier. They are never looked into, installed or not. */
  readonly modules: Readonly<Record<string, ModuleShape>>;
  /** Types of the engine's values (contexts, clients, handles); they may extend catalogue types. */
  readonly types: Readonly<Record<TypeName, TypeShape>>;
  /** Globals that only this engine provides. */
  readonly globals?: Readonly<Record<string, Shape>>;
  /**
   * By catalogue path; `Intl.*` covers everything below `Intl`. The longest match wins. A rule id after the
   * path names the one effect that is patched: `new Date wall-clock` says nothing of the time zone.
   */
  readonly patches: Readonly<Record<CataloguePath, PatchStatus>>;
  /** Effects that differ under this engine (`Promise.race` where completion order is not recorded). */
  readonly overrides?: Readonly<Record<CataloguePath, Effect>>;
  /** Modules (Node builtins or packages) that the sandbox does not provide; `node:*` is all builtins. */
  readonly forbiddenModules: readonly string[];
  /** Builtins that the sandbox provides after all (`node:assert`). */
  readonly allowedModules?: readonly string[];
  /** What to use instead: by catalogue path or by rule id; the path wins. */
  readonly suggestions: Readonly<Record<string, string>>;
  /** The errors by which cancelling an execution makes what it waits for fail, where it goes on and may clean up. */
  readonly cancellationErrors?: readonly string[];
  /** The classes that those extend: whoever keeps all errors of such a class keeps cancellations. */
  readonly cancellationBases?: readonly string[];
  /** Options that name activities given to a worker: `Worker.create({ activities })`. */
  readonly activityOptions?: readonly { readonly callee: ApiReference; readonly at: ArgumentPath }[];
}
