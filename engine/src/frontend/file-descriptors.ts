import type { Enum, Field, Namespace, ReflectionObject, Root, Service, Type } from 'protobufjs';

/** A `google.protobuf.FileDescriptorProto`, and the files that it needs. */
export interface DescribedFile {
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly bytes: Uint8Array;
}

type Declared = Type | Enum | Service;

/**
 * Describes the declarations of a root as files, for reflection. The root that Temporal publishes no longer says in
 * which file each declaration was, and files must not depend on each other in a circle: so each file holds one
 * declaration, or those that refer to each other.
 */
export class FileDescriptors {
  readonly #root: Root;
  readonly #components: ReadonlyMap<Declared, readonly Declared[]>;
  readonly #described = new Map<string, DescribedFile>();
  readonly #byName = new Map<string, readonly Declared[]>();

  constructor(root: Root, services: readonly string[]) {
    this.#root = root;
    this.#components = componentsFrom(services.map((name) => root.lookupService(name)));
    for (const component of this.#components.values()) this.#byName.set(fileName(component), component);
  }

  /** The file that declares a symbol: a service, a method, a message, a nested message, an enum. */
  containing(symbol: string): DescribedFile | undefined {
    for (let object = this.#lookup(symbol); object; object = object.parent) {
      const component = this.#components.get(object as Declared);
      if (component) return this.#file(component);
    }
    return undefined;
  }

  named(name: string): DescribedFile | undefined {
    const component = this.#byName.get(name);
    return component && this.#file(component);
  }

  #lookup(symbol: string): ReflectionObject | null {
    const found = this.#root.lookup(symbol);
    if (found) return found;
    // A method: its service declares it.
    return this.#root.lookup(symbol.slice(0, symbol.lastIndexOf('.')));
  }

  #file(component: readonly Declared[]): DescribedFile {
    const name = fileName(component);
    let file = this.#described.get(name);
    if (!file) {
      const needed = component.flatMap((declared) => referredTo(declared).map(topLevel));
      const dependencies = [...new Set(needed.map((declared) => fileName(this.#components.get(declared)!)))];
      const others = dependencies.filter((dependency) => dependency !== name);
      const type = this.#root.lookupType('google.protobuf.FileDescriptorProto');
      const bytes = type.encode(type.fromObject(fileOf(name, component, others))).finish();
      file = { name, dependencies: others, bytes };
      this.#described.set(name, file);
    }
    return file;
  }
}

function fileName([first]: readonly Declared[]): string {
  return `${first!.fullName.slice(1).replaceAll('.', '/')}.proto`;
}

/** Everything that can be reached, in sets whose members refer to each other (Tarjan's strongly connected components). */
function componentsFrom(starts: readonly Declared[]): ReadonlyMap<Declared, readonly Declared[]> {
  const result = new Map<Declared, readonly Declared[]>();
  const index = new Map<Declared, number>();
  const low = new Map<Declared, number>();
  const stack: Declared[] = [];
  const visit = (declared: Declared): void => {
    index.set(declared, index.size);
    low.set(declared, index.get(declared)!);
    stack.push(declared);
    for (const next of referredTo(declared).map(topLevel)) {
      if (!index.has(next)) visit(next);
      if (!result.has(next)) low.set(declared, Math.min(low.get(declared)!, low.get(next)!));
    }
    if (low.get(declared) !== index.get(declared)) return;
    const component = stack.splice(stack.indexOf(declared));
    for (const member of component) result.set(member, component);
  };
  for (const start of starts) if (!index.has(start)) visit(start);
  return result;
}

/** The messages and enums that a declaration names, its nested ones included. */
function referredTo(declared: Declared): (Type | Enum)[] {
  if ('values' in declared) return [];
  if ('methods' in declared) {
    return declared.methodsArray.flatMap((method) => {
      method.resolve();
      return [method.resolvedRequestType!, method.resolvedResponseType!];
    });
  }
  const own = declared.fieldsArray.flatMap((field) => field.resolve().resolvedType ?? []);
  return [...own, ...declared.nestedArray.flatMap((nested) => referredTo(nested as Declared))];
}

/** The outermost declaration around a nested one. */
function topLevel(declared: Declared): Declared {
  let outer: ReflectionObject = declared;
  while (outer.parent && 'fields' in outer.parent) outer = outer.parent;
  return outer as Declared;
}

function fileOf(name: string, component: readonly Declared[], dependency: readonly string[]): object {
  const packageName = (component[0]!.parent as Namespace).fullName.slice(1);
  return {
    name,
    package: packageName,
    dependency,
    syntax: 'proto3',
    messageType: component.filter((declared) => 'fields' in declared).map((type) => messageOf(type as Type)),
    enumType: component.filter((declared) => 'values' in declared).map((type) => enumOf(type as Enum)),
    service: component
      .filter((declared) => 'methods' in declared)
      .map((found) => serviceOf(found as Service)),
  };
}

function messageOf(type: Type): object {
  const oneofs = type.oneofsArray.map((oneof) => oneof.name);
  const maps = type.fieldsArray.filter((field) => field.map);
  return {
    name: type.name,
    field: type.fieldsArray.map((field) => fieldOf(field, oneofs)),
    oneofDecl: oneofs.map((name) => ({ name: snakeCase(name) })),
    nestedType: [
      ...type.nestedArray.filter((nested) => 'fields' in nested).map((nested) => messageOf(nested as Type)),
      ...maps.map(mapEntryOf),
    ],
    enumType: type.nestedArray
      .filter((nested) => 'values' in nested)
      .map((nested) => enumOf(nested as unknown as Enum)),
  };
}

function fieldOf(field: Field, oneofs: readonly string[]): object {
  const base = { name: snakeCase(field.name), jsonName: field.name, number: field.id };
  if (field.map) {
    const typeName = `${field.parent!.fullName}.${entryName(field)}`;
    return { ...base, label: labels.repeated, type: fieldTypes.message, typeName };
  }
  return {
    ...base,
    label: field.repeated ? labels.repeated : labels.optional,
    ...typeOf(field.type, field.resolvedType),
    ...(field.partOf && { oneofIndex: oneofs.indexOf(field.partOf.name) }),
    ...(field.partOf?.name.startsWith('_') && { proto3Optional: true }),
  };
}

function mapEntryOf(field: Field): object {
  const keyType = (field as Field & { readonly keyType: string }).keyType;
  return {
    name: entryName(field),
    field: [
      { name: 'key', jsonName: 'key', number: 1, label: labels.optional, ...typeOf(keyType, null) },
      {
        name: 'value',
        jsonName: 'value',
        number: 2,
        label: labels.optional,
        ...typeOf(field.type, field.resolvedType),
      },
    ],
    options: { mapEntry: true },
  };
}

/** The name that protobuf prescribes for the entry of a map field. */
function entryName(field: Field): string {
  return `${field.name.charAt(0).toUpperCase()}${field.name.slice(1)}Entry`;
}

function enumOf({ name, values, options }: Enum): object {
  const value = Object.entries(values).map(([valueName, number]) => ({ name: valueName, number }));
  // proto3 wants the value 0 first.
  value.sort((a, b) => Number(b.number === 0) - Number(a.number === 0));
  return { name, value, ...(options?.['allow_alias'] === true && { options: { allowAlias: true } }) };
}

function serviceOf({ name, methodsArray }: Service): object {
  const method = methodsArray.map((found) => ({
    name: found.name,
    inputType: found.resolvedRequestType!.fullName,
    outputType: found.resolvedResponseType!.fullName,
    clientStreaming: found.requestStream === true,
    serverStreaming: found.responseStream === true,
  }));
  return { name, method };
}

function typeOf(type: string, resolved: Type | Enum | null): object {
  if (!resolved) return { type: fieldTypes[type] };
  const kind = 'values' in resolved ? fieldTypes.enum : fieldTypes.message;
  return { type: kind, typeName: resolved.fullName };
}

const labels = { optional: 1, repeated: 3 };

/** `FieldDescriptorProto.Type`. */
const fieldTypes: Readonly<Record<string, number>> & { readonly message: number; readonly enum: number } = {
  ...{ double: 1, float: 2, int64: 3, uint64: 4, int32: 5, fixed64: 6, fixed32: 7, bool: 8, string: 9 },
  ...{ message: 11, bytes: 12, uint32: 13, enum: 14, sfixed32: 15, sfixed64: 16, sint32: 17, sint64: 18 },
};

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
