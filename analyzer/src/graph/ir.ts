/**
 * The intermediate representation: what is left of a source file after `program/`. It is plain data
 * (it goes into the disk cache) and knows nothing of the compiler; every later phase works on it.
 *
 * A function's values live in *slots*, numbered from 0 in each function; parameters, variables and
 * temporaries alike. A negative slot `~i` is entry `i` of the function's `captures`: a variable of
 * an enclosing function; entry 0 is a placeholder, for `~0` is -1, which says "none". Ops stand in source order, so a region of source is a range of op indexes
 * `[from, to)`, nested functions excluded. Positions are offsets into the file's text.
 */

export type Slot = number;

export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Span {
  readonly at: number;
  readonly end: number;
}

export interface FileIr {
  /** Absolute path with `/`. */
  readonly path: string;
  readonly kind: 'source' | 'package';
  readonly module: 'esm' | 'commonjs';
  readonly imports: readonly ImportIr[];
  readonly exports: readonly ExportIr[];
  /** The first function is the module's body. */
  readonly functions: readonly FunctionIr[];
  readonly classes: readonly ClassIr[];
  readonly types: Readonly<Record<string, TypeDeclarationIr>>;
  readonly directives: readonly string[];
  readonly suppressions: readonly SuppressionIr[];
  /** Offsets at which lines start. */
  readonly lineStarts: readonly number[];
  readonly syntaxErrors: readonly { readonly at: number; readonly message: string }[];
}

/** One imported name, one namespace (`*`), or an import for its side effect (no slot). */
export interface ImportIr extends Span {
  readonly specifier: string;
  /** `*` for the namespace, `default`, or the exported name; empty when nothing is bound. */
  readonly name: string;
  /** What it is called here; for rules that read imports, the local name. */
  readonly local: string;
  /** The slot in the module body. -1 when nothing is bound. */
  readonly slot: Slot;
  /** Types only: written so, or never used as a value. */
  readonly typeOnly: boolean;
  /** `import()` and `require()` with a constant specifier. */
  readonly dynamic: boolean;
}

export type ExportIr =
  | { readonly type: 'local'; readonly name: string; readonly slot: Slot; readonly typeOnly: boolean }
  | ({
      readonly type: 'from';
      readonly name: string;
      readonly specifier: string;
      readonly imported: string;
      readonly typeOnly: boolean;
    } & Span)
  | ({ readonly type: 'star'; readonly specifier: string; readonly typeOnly: boolean } & Span);

export type FunctionKind =
  'module' | 'function' | 'arrow' | 'method' | 'getter' | 'setter' | 'constructor' | 'initializer';

export interface FunctionIr extends Span {
  readonly index: number;
  /** As people call it: `charge`, `Order.total`, `<anonymous>`, `<module>`. */
  readonly name: string;
  /** Where the name stands; for anonymous functions where the function starts. */
  readonly nameAt: number;
  readonly kind: FunctionKind;
  readonly async: boolean;
  readonly generator: boolean;
  readonly parent: number;
  readonly params: readonly ParameterIr[];
  readonly slotCount: number;
  readonly thisSlot: Slot;
  readonly returnSlot: Slot;
  /** Values that `yield` gives out, and what it takes in. -1 unless a generator. */
  readonly yieldSlot: Slot;
  readonly nextSlot: Slot;
  /** -1 unless `arguments` is mentioned. */
  readonly argumentsSlot: Slot;
  readonly captures: readonly { readonly fn: number; readonly slot: Slot }[];
  readonly variables: readonly VariableIr[];
  readonly ops: readonly Op[];
  readonly loops: readonly LoopIr[];
  readonly tries: readonly TryIr[];
  readonly branches: readonly BranchIr[];
  readonly directives: readonly string[];
  readonly decorators: readonly Slot[];
  readonly returnType: TypeIr | undefined;
  /** Statements of a module body; of other functions empty. */
  readonly statements: readonly StatementIr[];
  /** Declared without a body (`declare function`, abstract, overload without implementation). */
  readonly bodiless: boolean;
}

export interface ParameterIr {
  readonly slot: Slot;
  readonly name: string;
  readonly rest: boolean;
  readonly optional: boolean;
  readonly type: TypeIr | undefined;
}

export interface VariableIr extends Span {
  readonly slot: Slot;
  readonly name: string;
  readonly kind: 'var' | 'let' | 'const' | 'parameter' | 'function' | 'class' | 'import' | 'catch';
  readonly type: TypeIr | undefined;
}

/** A top-level statement: what it defines and uses, so that it can be run only where needed. */
export interface StatementIr extends Range, Span {
  readonly defines: readonly Slot[];
  readonly uses: readonly Slot[];
  /** Only declares: functions, classes without static effects, constants. */
  readonly declaration: boolean;
}

export interface LoopIr extends Range, Span {
  readonly kind: 'for' | 'while' | 'do' | 'for-of' | 'for-in' | 'for-await';
  /** No condition, or one that is always true. */
  readonly endless: boolean;
  /** The value that the condition tests, or -1. */
  readonly on: Slot;
  /** Leaves the loop by `break`, `return` or `throw` somewhere inside. */
  readonly exits: boolean;
}

export interface TryIr extends Span {
  readonly body: Range;
  /** `catchAt` is the offset of the `catch` keyword; -1 without a catch clause. */
  readonly handler: Range | undefined;
  readonly catchAt: number;
  readonly catchEnd: number;
  readonly catchSlot: Slot;
  /** The handler contains a `throw` of its own (not inside a nested function). */
  readonly throws: boolean;
  /** The handler is sure to end in `throw`, on every path. */
  readonly alwaysThrows: boolean;
  readonly finalizer: Range | undefined;
}

export interface BranchIr extends Span {
  readonly kind: 'if' | 'conditional' | 'logical' | 'switch' | 'loop';
  readonly on: Slot;
  /** All the code whose execution the value decides. */
  readonly body: Range;
  /** A branch leaves the function or the loop, so the value decides all that follows, too. */
  readonly exits: boolean;
}

export interface ClassIr extends Span {
  readonly index: number;
  readonly name: string;
  readonly nameAt: number;
  /** The function that evaluates the class; its slot of the base class, or -1. */
  readonly parent: number;
  readonly baseSlot: Slot;
  readonly baseType: TypeIr | undefined;
  readonly implements: readonly TypeIr[];
  readonly abstract: boolean;
  /** Function indexes. `-1`: no constructor written. */
  readonly ctor: number;
  /** Runs field initialisers of an instance; `-1` without any. */
  readonly fieldInit: number;
  readonly members: readonly MemberIr[];
  readonly decorators: readonly Slot[];
  readonly typeParameters: readonly string[];
}

export interface MemberIr {
  readonly name: string;
  readonly kind: 'method' | 'getter' | 'setter' | 'field';
  readonly static: boolean;
  /** The function, or -1 for fields. */
  readonly fn: number;
  readonly type: TypeIr | undefined;
  readonly decorators: readonly Slot[];
}

export type Op =
  | {
      readonly type: 'constant';
      readonly to: Slot;
      readonly value: string | number | boolean | null | undefined;
    }
  /** A value of a catalogue type: `RegExp`, `bigint`, `symbol`, `string` (not constant). */
  | { readonly type: 'primitive'; readonly to: Slot; readonly of: string }
  | ({
      readonly type: 'global';
      readonly to: Slot;
      readonly name: string;
      readonly typeofOnly: boolean;
    } & Span)
  /** Reads the imported binding `imports[binding]`. */
  | ({ readonly type: 'import'; readonly to: Slot; readonly binding: number } & Span)
  /** Initialises a variable or moves a value between slots. */
  | { readonly type: 'copy'; readonly to: Slot; readonly from: Slot; readonly narrows?: NarrowingIr }
  /** Moves all but `undefined` and `null`: the left side of `??`, a value with a default. */
  | { readonly type: 'present'; readonly to: Slot; readonly from: Slot }
  /** Moves what may be false: the left side of `&&`. */
  | { readonly type: 'falsy'; readonly to: Slot; readonly from: Slot }
  /** Assigns to a variable that exists already. */
  | ({ readonly type: 'assign'; readonly to: Slot; readonly from: Slot; readonly name: string } & Span)
  | { readonly type: 'function'; readonly to: Slot; readonly fn: number }
  | { readonly type: 'class'; readonly to: Slot; readonly cls: number }
  | ({
      readonly type: 'object';
      readonly to: Slot;
      readonly properties: readonly string[];
      readonly open: boolean;
    } & Span)
  | ({ readonly type: 'array'; readonly to: Slot } & Span)
  /** `forWrite`: it is read only to write to a member of it (`process.env` in `process.env.TZ = x`). */
  | ({
      readonly type: 'get';
      readonly to: Slot;
      readonly of: Slot;
      readonly name: string;
      /** In a chain (`of?.name`): of nothing it is `undefined`. */
      readonly optional?: boolean;
      readonly forWrite?: boolean;
      /** By an array pattern, which iterates what it takes apart. */
      readonly iterates?: boolean;
    } & Span)
  | ({ readonly type: 'get-element'; readonly to: Slot; readonly of: Slot; readonly key: Slot } & Span)
  /** `self`: the object that is written to, where `of` is only where setters are looked up (`super.name = from`). */
  | ({
      readonly type: 'set';
      readonly of: Slot;
      readonly name: string;
      readonly from: Slot;
      readonly self?: Slot;
    } & Span)
  | ({ readonly type: 'set-element'; readonly of: Slot; readonly key: Slot; readonly from: Slot } & Span)
  /** Defines a property of an object or array literal, or a field: no mutation. */
  | ({
      readonly type: 'define';
      readonly of: Slot;
      readonly name: string;
      readonly from: Slot;
      readonly accessor: 'none' | 'get' | 'set';
    } & Span)
  | { readonly type: 'define-element'; readonly of: Slot; readonly key: Slot; readonly from: Slot }
  | ({ readonly type: 'delete'; readonly of: Slot; readonly name: string } & Span)
  /** Copies all properties (`{...from}`), or all elements (`[...from]`, with `elements`). */
  | ({
      readonly type: 'spread';
      readonly of: Slot;
      readonly from: Slot;
      readonly elements: boolean;
      /** Names that the literal defines after it, whatever is spread. */
      readonly except?: readonly string[];
    } & Span)
  /** What destructuring leaves over. */
  | {
      readonly type: 'rest';
      readonly to: Slot;
      readonly of: Slot;
      readonly elements: boolean;
      /** Elements that the pattern took before. */
      readonly after?: number;
    }
  | CallOp
  /** A primitive computed from others: operators and templates; `of` is empty where `from` chooses what `to` holds. */
  | ({
      readonly type: 'derive';
      readonly to: Slot;
      readonly from: readonly Slot[];
      readonly of: string;
      /** What the operands are converted to, where their own methods may do it; `in` and `instanceof` ask the last one. */
      readonly converts?: 'string' | 'number' | '+' | 'in' | 'instanceof';
      /** The text that it makes, where what is written of it looks like a time: literal parts, and slots. */
      readonly text?: readonly (string | Slot)[];
    } & Span)
  | ({ readonly type: 'await'; readonly to: Slot; readonly of: Slot; readonly use: ValueUse } & Span)
  | ({ readonly type: 'yield'; readonly to: Slot; readonly of: Slot; readonly delegate: boolean } & Span)
  /** `closes`: it may stop before the end, and then calls the iterator's `return`. */
  | ({
      readonly type: 'iterate';
      readonly to: Slot;
      readonly of: Slot;
      readonly async: boolean;
      readonly closes?: boolean;
    } & Span)
  /** The keys that `for (k in of)` visits. */
  | ({ readonly type: 'keys'; readonly to: Slot; readonly of: Slot } & Span)
  | ({ readonly type: 'return'; readonly from: Slot } & Span)
  | ({ readonly type: 'throw'; readonly from: Slot } & Span)
  /** A value with a declared type, by annotation or assertion. */
  | { readonly type: 'typed'; readonly to: Slot; readonly from: Slot; readonly as: TypeIr }
  /**
   * The ops up to `until` run only if `on` may be what the kind says.
   */
  | {
      readonly type: 'guard';
      readonly on: Slot;
      readonly when: GuardKind;
      readonly until: number;
    };

/** A copy for where a test holds, or fails: `typeof x === of`, `x instanceof of`; empty for a class of the program. */
export interface NarrowingIr {
  readonly test: 'typeof' | 'instanceof';
  readonly of: string;
  readonly holds: boolean;
}

/**
 * `missing`: the argument was left out (a parameter's default); `undefined`: the property may be
 * missing (a default in a pattern); `nullish` `falsy` `truthy`: the operators `??` `||` `&&`.
 */
export type GuardKind = 'missing' | 'undefined' | 'nullish' | 'falsy' | 'truthy';

export type ValueUse = 'discarded' | 'void' | 'awaited' | 'returned' | 'value';

export interface CallOp extends Span {
  readonly type: 'call';
  readonly to: Slot;
  readonly callee: Slot;
  /** The object of a method call, or -1. */
  readonly receiver: Slot;
  readonly args: readonly ArgumentIr[];
  readonly kind: 'call' | 'new' | 'template' | 'super' | 'decorator' | 'import';
  /** What becomes of the result: `await f()` is awaited, `f();` discarded, `void f()` void. */
  readonly use: ValueUse;
  readonly optional: boolean;
  readonly typeArguments: readonly TypeIr[];
  /** The callee as written, for messages: `this.clock.now`. */
  readonly text: string;
}

export interface ArgumentIr extends Span {
  readonly slot: Slot;
  readonly spread: boolean;
}

/** A declared type, as far as it is written down: nothing is inferred. */
export type TypeIr =
  | { readonly type: 'name'; readonly name: string; readonly arguments: readonly TypeIr[] }
  | { readonly type: 'array'; readonly of: TypeIr }
  | { readonly type: 'union'; readonly of: readonly TypeIr[] }
  | { readonly type: 'object'; readonly members: readonly TypeMemberIr[] }
  | { readonly type: 'function'; readonly returns: TypeIr | undefined }
  | { readonly type: 'typeof'; readonly name: string }
  | { readonly type: 'indexed'; readonly of: TypeIr; readonly name: string }
  | { readonly type: 'literal'; readonly value: string | number | boolean };

export interface TypeMemberIr {
  readonly name: string;
  readonly optional: boolean;
  readonly type: TypeIr | undefined;
  readonly method: boolean;
}

/** An interface (several declarations are merged) or an alias; classes are in `classes`. */
export interface TypeDeclarationIr {
  readonly name: string;
  readonly extends: readonly TypeIr[];
  readonly type: TypeIr;
  readonly typeParameters: readonly string[];
}

export interface SuppressionIr extends Span {
  readonly rule: string;
  readonly reason: string;
  /** The line (0-based) that it applies to. */
  readonly line: number;
}
