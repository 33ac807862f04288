import { prototypeOf } from './construction.js';
import { defineAccessor } from './accessors.js';
import { addPrototype, propertyNode, readProperty, type Access } from './properties.js';
import { enterDecorated, noteBase } from './heirs.js';
import { typeShape } from './shapes.js';
import { nodeOf, type GraphState, type Instance } from './state.js';
import { ownName, type NodeId, type Token, type TokenId } from './tokens.js';
import { functionToken, typeToken } from './values.js';

/** Makes the class, its prototype and what links them to the base. */
export function evaluateClass(state: GraphState, instance: Instance, index: number, to: NodeId): void {
  const { unit } = instance;
  const cls = unit.ir.classes[index]!;
  const key = `k${String(unit.id)}.${String(index)}.${String(instance.id)}`;
  const id = state.tokens.intern(key, instance.phase, () => ({ kind: 'class', unit, cls, parent: instance }));
  const token = state.tokens.get(id);
  const prototype = state.tokens.get(prototypeOf(state, token));
  state.solver.add(propertyNode(state, token, 'prototype'), prototype.id);
  ownName(token, 'prototype');
  for (const member of cls.members) {
    if (member.fn < 0) continue;
    const home = member.static ? token : prototype;
    const node = state.solver.newNode();
    state.solver.add(node, functionToken(state, unit, unit.ir.functions[member.fn]!, instance));
    ownName(home, member.name);
    if (member.kind === 'method') state.solver.edge(node, propertyNode(state, home, member.name));
    else defineAccessor(state, home, member.name, member.kind === 'getter' ? 'get' : 'set', node);
  }
  const list = state.classesByIr.get(cls) ?? [];
  list.push(id);
  state.classesByIr.set(cls, list);
  if (cls.baseSlot >= 0) linkBase(state, instance, token, prototype, nodeOf(instance, cls.baseSlot));
  enterDecorated(state, instance, token);
  state.solver.add(to, id);
}

function linkBase(state: GraphState, instance: Instance, token: Token, prototype: Token, base: NodeId): void {
  const [op] = instance.fn.ops;
  if (op === undefined) return;
  const access: Access = { by: instance, op, at: 0, end: 0, callee: false };
  state.solver.listen(base, (id) => {
    const { value } = state.tokens.get(id);
    addPrototype(state, token, id);
    noteBase(state, token, state.tokens.get(id));
    if (value.kind === 'unknown') {
      addPrototype(state, prototype, id);
    } else if (value.kind === 'native') {
      const type = value.shape.construct?.returns ?? value.shape.type;
      if (type !== undefined && typeShape(state, type) !== undefined) {
        addPrototype(state, prototype, typeToken(state, type, 'base', 'load'));
      }
    } else if (value.kind === 'class' || value.kind === 'function') {
      inherit(state, prototype, id, access);
    }
  });
}

function inherit(state: GraphState, prototype: Token, base: TokenId, access: Access): void {
  const node = state.solver.newNode();
  readProperty(state, base, 'prototype', node, access);
  state.solver.listen(node, (found) => {
    addPrototype(state, prototype, found);
  });
}
