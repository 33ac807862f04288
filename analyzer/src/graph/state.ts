/**
 * The call graph while it is built. Owns the solver, the tokens, the loaded units and the instances
 * of functions; everything later queries it and never changes it.
 *
 * Invariants:
 * - G1 A function is instantiated only when something reachable calls it.
 * - G2 Instances are told apart by their phase and the instance around them, so what a module makes
 *   while it loads is never mixed up with what one execution makes.
 * - G3 Steps are solved when all else is asked and answered (`steps.ts`): until then no instance is a step's.
 * - G4 Ids are given in order of discovery, which depends on the program alone.
 */

import type { ArgumentPath, Catalogue, Role, Shape } from '../catalog/types.js';
import type { Profile } from '../profiles/types.js';
import type { Resolver } from '../program/resolve.js';
import type { CallOp, ClassIr, FileIr, FunctionIr, Slot, TypeDeclarationIr, TypeIr } from './ir.js';
import type { CallSite } from './calls.js';
import type { Choice } from './choices.js';
import type { Entry } from './entries.js';
import type { Heir } from './heirs.js';
import type { FoundShape } from './shapes.js';
import type { SharedMethod } from './shared-methods.js';
import type { Solver } from './solver.js';
import type { NodeId, Phase, TokenId, TokenTable } from './tokens.js';
import type { WideCall, WideMethod } from './wide-calls.js';

/** The program as the graph asks for it. */
export interface ProgramSource {
  readonly load: (path: string) => { readonly ir: FileIr; readonly gaveUp: string | undefined } | undefined;
  readonly resolve: Resolver['resolve'];
  /** Is the package of this file so large that what the catalogue says of it is the better source? */
  readonly isLargePackage: (path: string) => boolean;
  /** Is the package of this file the one that is known under its name? */
  readonly isPublishedPackage: (path: string) => boolean;
  readonly text: (path: string) => string | undefined;
  /** Project files whose text holds every one of these words. */
  readonly mentioning: (words: readonly string[]) => readonly string[];
}

/** A loaded file. */
export interface Unit {
  readonly id: number;
  readonly ir: FileIr;
  instance: Instance | undefined;
  /** Statements of the body that were run. */
  readonly ran: Set<number>;
  readonly needed: Set<Slot>;
  loaded: boolean;
  readonly gaveUp: string | undefined;
  /** Node of each export, by name. */
  readonly exportNodes: Map<string, NodeId>;
}

/** A function as it is called in one phase, in one surrounding instance, and where it is a combinator by one call. */
export interface Instance {
  readonly id: number;
  readonly unit: Unit;
  readonly fn: FunctionIr;
  readonly phase: Phase;
  readonly parent: Instance | undefined;
  /** Of a function that has an instance for each call (`contexts.ts`): who calls it. */
  readonly calledBy: Instance | undefined;
  /** The node of slot 0. */
  readonly base: NodeId;
  readonly calls: CallEdge[];
  /** What is called from each place: one instance, mostly. */
  callKeys: Map<number, number | Set<number>> | undefined;
  /** Of what a step runs: the variables of the replayed code around it, as the step sees them. */
  views: Map<Slot, NodeId> | undefined;
  /** How many calls below the start of a step; 0 in all other code. */
  readonly depth: number;
  started: boolean;
}

export interface CallEdge {
  readonly to: Instance;
  readonly at: number;
  readonly end: number;
}

/** A read, call or construction of a catalogued value. */
export interface NativeUse {
  readonly id: number;
  readonly instance: Instance;
  readonly at: number;
  readonly end: number;
  readonly mode: 'read' | 'call' | 'construct';
  readonly path: string;
  readonly shape: Shape;
  readonly call: CallOp | undefined;
  readonly args: readonly NodeId[];
  readonly spreadFrom: number | undefined;
  readonly to: NodeId;
  readonly source: TokenId;
  /** The token on which the method was called. */
  readonly receiver: TokenId | undefined;
}

/** A call of an engine's API that has a role. */
export interface RoleCall {
  readonly instance: Instance;
  readonly op: CallOp;
  readonly path: string;
  readonly role: Role;
  readonly args: readonly NodeId[];
  readonly to: NodeId;
}

/** A write that may change state which executions share. */
export interface Mutation {
  readonly instance: Instance;
  readonly at: number;
  readonly end: number;
  readonly on: TokenId;
  /** Everything that may be written to there. */
  readonly receiver?: NodeId | undefined;
  readonly text: string;
}

/** An assignment to a variable of a function around the one that assigns. */
export interface Assignment {
  readonly instance: Instance;
  readonly slot: Slot;
  readonly at: number;
  readonly end: number;
  readonly name: string;
}

export interface Unresolved {
  readonly unit: Unit;
  readonly at: number;
  readonly end: number;
  readonly reason: string;
  readonly phase: Phase;
}

export interface PendingGuard {
  readonly on: NodeId;
  readonly activate: () => void;
}

export interface GraphState {
  readonly catalogue: Catalogue;
  readonly profile: Profile;
  readonly program: ProgramSource;
  /** Directories of packages that are not looked into. */
  readonly closedPackages: ReadonlySet<string>;
  /** Parameters that are not followed (`closed-parameters.ts`). */
  readonly closedParameters: ReadonlySet<string>;
  readonly solver: Solver;
  readonly tokens: TokenTable;
  readonly units: Map<string, Unit>;
  readonly instances: Instance[];
  /** The instances of each function: by the instance around it and the phase, and by context where it has one. */
  readonly instanceKeys: Map<FunctionIr, Map<string | number, Instance>>;
  /** Entries of objects whose names are known, and the arrays that hold such. */
  readonly entries: Set<TokenId>;
  readonly entryLists: Set<TokenId>;
  /** The calls for which functions have instances of their own. */
  readonly copies: Map<FunctionIr, Set<string>>;
  readonly uses: NativeUse[];
  readonly useKeys: Map<string, NativeUse>;
  readonly roleCalls: RoleCall[];
  readonly mutations: Mutation[];
  readonly assignments: Assignment[];
  readonly unresolved: Map<string, Unresolved>;
  /** Work to do where nothing arrived by the time all else is settled, in the order found. */
  readonly pendingGuards: PendingGuard[];
  readonly pendingTypes: { readonly node: NodeId; readonly apply: () => void }[];
  /** What branches choose, where nothing nondeterministic decides them so far. */
  readonly pendingChoices: Choice[];
  /** Those that something nondeterministic decides. */
  readonly choices: Choice[];
  readonly pendingCalls: PendingCall[];
  readonly settledCalls: PendingCall[];
  readonly pendingDispatch: { readonly typed: TokenId; readonly site: CallSite }[];
  /** Instances whose ops are still to be walked. */
  readonly starts: Instance[];
  /** Parts of module bodies that are still to be walked. */
  readonly segments: { readonly instance: Instance; readonly from: number; readonly to: number }[];
  /** Members of catalogued types that were asked for, by type and name. */
  readonly knownMembers: Map<string, Map<string, FoundShape | undefined>>;
  /** The first receivers of calls that make arrays. */
  readonly receiversOfCalls: Map<string, TokenId[]>;
  /** Tokens of methods, by member and receiver. */
  readonly methodTokens: Map<FoundShape, Map<TokenId, TokenId>>;
  /** Methods that were looked up, by name, and by receiver and phase. */
  readonly sharedMethods: Map<string, Map<number, SharedMethod>>;
  /** What methods give that the language calls by itself. */
  readonly ownResults: Map<string, NodeId>;
  /** Calls that are not told apart, by phase and method, and by phase alone. */
  readonly wideMethods: Map<string, WideMethod>;
  readonly wideCalls: Map<Phase, WideCall>;
  readonly parameterNodes: Map<string, NodeId>;
  /** The node that holds one token of a catalogued type, for arguments that the host gives. */
  readonly typeNodes: Map<TokenId, NodeId>;
  readonly iterations: Map<string, NodeId>;
  readonly typedIds: Map<TypeDeclarationIr, number>;
  readonly typedArrays: Map<TypeIr, TokenId>;
  readonly declaredLinked: Set<TokenId>;
  /** Classes of which the engine makes an instance for each execution. */
  readonly perExecution: Set<ClassIr>;
  /** Where an order is decided, with what it is decided by. */
  readonly orderings: Ordering[];
  /** Tokens of classes, by who made instances of them. */
  readonly instantiated: Set<TokenId>;
  readonly instancesOf: Map<TokenId, TokenId[]>;
  readonly classesByIr: Map<ClassIr, TokenId[]>;
  /** Instances that initialise a class, with who wants to know of them. */
  readonly watched: Map<ClassIr, ClassWatch>;
  /** Functions run outside replay (callbacks of safe zones), with the call that does it. */
  readonly safeCallbacks: { readonly token: TokenId; readonly instance: Instance; readonly op: CallOp }[];
  /** Calls of functions that the engine runs outside replay. */
  readonly safeCalls: { readonly token: TokenId; readonly site: CallSite }[];
  /** Generators that nobody iterated so far: their bodies do not run. */
  readonly idle: Set<Instance>;
  /** Steps are being solved. */
  inSteps: boolean;
  /** Classes that extend others, and those of them that are still to be entered (`heirs.ts`). */
  readonly heirs: Map<TokenId, Heir>;
  readonly pendingHeirs: TokenId[];
  /** Classes that were found to be workflows by the name of their base. */
  readonly foundByName: Set<ClassIr>;
  /** Calls of functions that define workflows, for where nothing else calls them. */
  readonly pendingDefinitions: ((called: ReadonlySet<FunctionIr>) => void)[];
  /** Functions that the profile calls workflows, found while building. */
  readonly definedWorkflows: DefinedWorkflow[];
  readonly entered: Map<TokenId, Entry>;
  readonly root: Instance;
  /** Imports whose binding some code used, by unit and index. */
  readonly usedImports: { readonly instance: Instance; readonly binding: number }[];
  readonly settledHandlers: Handler[];
  readonly handlers: Handler[];
  readonly activityTokens: Set<TokenId>;
}

export interface ClassWatch {
  readonly made: Set<TokenId>;
  readonly listeners: ((made: TokenId) => void)[];
}

export interface Handler {
  readonly token: TokenId;
  readonly validator: boolean;
  readonly site: CallSite;
}

export interface DefinedWorkflow {
  readonly token: TokenId;
  /** Types of the parameters. */
  readonly params: readonly string[];
  readonly why: string;
  readonly site: CallSite | undefined;
  /** Where in the call that defines it the function stands. */
  readonly handler?: ArgumentPath | undefined;
  readonly receiver?: TokenId | undefined;
  /** The class of the receiver, where the engine makes it for each execution. */
  readonly makes?: TokenId | undefined;
  readonly hidden?: boolean;
  /** The functions in an object that it gives count, too: `createActivities(client)`. */
  readonly membersToo?: boolean;
}

export interface Ordering {
  readonly instance: Instance;
  readonly at: number;
  readonly end: number;
  readonly order: NodeId;
  readonly elements: NodeId;
  /** What the value decides: the order of elements, or which there are. */
  readonly what: 'comparator' | 'filter';
}

export interface PendingCall {
  readonly instance: Instance;
  readonly op: CallOp;
  readonly callee: NodeId;
  readonly receiver: NodeId | undefined;
}

export function nodeOf(instance: Instance, slot: Slot): NodeId {
  if (slot >= 0) return instance.base + slot;
  const view = instance.views?.get(slot);
  if (view !== undefined) return view;
  const capture = instance.fn.captures[~slot]!;
  return ownerOf(instance, capture.fn).base + capture.slot;
}

/** The instance around this one that holds the variables of a function. */
export function ownerOf(instance: Instance, fn: number): Instance {
  let current = instance;
  while (current.fn.index !== fn && current.parent !== undefined) current = current.parent;
  return current;
}
