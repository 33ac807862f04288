/**
 * Which nodes flow to which, values and taint. Owns the edges, and which nodes were made one because they flow
 * to each other in a circle.
 *
 * Invariants:
 * - F1 Who asks for the readers of a node is told of the edges as they were drawn, whatever was made one.
 * - F2 What a node that stands for others flows to is listed once for all of them, and leads out of the circle.
 */

import { findCycles } from './cycles.js';
import { IdSets } from './id-sets.js';
import type { NodeId } from './tokens.js';

/** In `#standsFor`: a node made of others. Others hold the node that stands for them, shifted by one, or 0. */
const joint = -1;

export class FlowEdges {
  readonly #edges = new IdSets();
  readonly #taintEdges = new IdSets();
  /** Of nodes that stand for others. */
  readonly #jointEdges = new IdSets();
  readonly #jointTaintEdges = new IdSets();
  #standsFor: Int32Array | undefined;
  #count = 0;

  reserve(count: number): void {
    this.#count = count;
    this.#edges.reserve(count);
    this.#taintEdges.reserve(count);
    const length = this.#standsFor?.length ?? Infinity;
    if (count > length) this.#reserveJoint(Math.max(count, length * 2));
  }

  #reserveJoint(length: number): void {
    const standsFor = new Int32Array(length);
    if (this.#standsFor !== undefined) standsFor.set(this.#standsFor);
    this.#standsFor = standsFor;
    this.#jointEdges.reserve(length);
    this.#jointTaintEdges.reserve(length);
  }

  /** The node that holds what this one holds. */
  find(node: NodeId): NodeId {
    const standsFor = this.#standsFor;
    if (standsFor === undefined) return node;
    let found = node;
    for (let next = standsFor[found]!; next > 0; next = standsFor[found]!) found = next - 1;
    if (found !== node) standsFor[node] = found + 1;
    return found;
  }

  /** Does another node stand for this one? */
  isJoined(node: NodeId): boolean {
    return this.#standsFor !== undefined && this.#standsFor[node]! > 0;
  }

  #isJoint(node: NodeId): boolean {
    return this.#standsFor !== undefined && this.#standsFor[node] === joint;
  }

  /** Gives whether the edge is new. */
  add(from: NodeId, to: NodeId): boolean {
    return this.#edges.add(from, to);
  }

  addTaint(from: NodeId, to: NodeId): boolean {
    return this.#taintEdges.add(from, to);
  }

  /** Has a new edge anything to move, after all that was made one? */
  leadsOut(from: NodeId, to: NodeId): boolean {
    if (this.#standsFor === undefined) return true;
    const [giver, taker] = [this.find(from), this.find(to)];
    return giver !== taker && (!this.#isJoint(giver) || this.#jointEdges.add(giver, taker));
  }

  leadsTaintOut(from: NodeId, to: NodeId): boolean {
    if (this.#standsFor === undefined) return true;
    const [giver, taker] = [this.find(from), this.find(to)];
    return giver !== taker && (!this.#isJoint(giver) || this.#jointTaintEdges.add(giver, taker));
  }

  /** Where what comes to a node is moved. */
  targets(node: NodeId): IdSets {
    return this.#isJoint(node) ? this.#jointEdges : this.#edges;
  }

  taintTargets(node: NodeId): IdSets {
    return this.#isJoint(node) ? this.#jointTaintEdges : this.#taintEdges;
  }

  readers(node: NodeId): readonly NodeId[] {
    return this.#edges.list(node);
  }

  taintReaders(node: NodeId): readonly NodeId[] {
    return [...this.#edges.list(node), ...this.#taintEdges.list(node)];
  }

  circles(isPart: (node: NodeId) => boolean): NodeId[][] {
    return findCycles({
      nodes: this.#count,
      isPart,
      edges: (node) => this.targets(node).size(node),
      target: (node, index) => this.find(this.targets(node).at(node, index)),
    });
  }

  /** Lets a new node stand for others. */
  join(members: readonly NodeId[], made: NodeId): void {
    if (this.#standsFor === undefined) this.#reserveJoint(this.#count * 2);
    const standsFor = this.#standsFor!;
    const edges = members.map((member) => this.targets(member));
    const taintEdges = members.map((member) => this.taintTargets(member));
    standsFor[made] = joint;
    for (const member of members) standsFor[member] = made + 1;
    members.forEach((member, index) => {
      this.#take(edges[index]!, member, made, this.#jointEdges);
      this.#take(taintEdges[index]!, member, made, this.#jointTaintEdges);
    });
  }

  #take(edges: IdSets, from: NodeId, to: NodeId, joint: IdSets): void {
    for (let index = 0, size = edges.size(from); index < size; index += 1) {
      const taker = this.find(edges.at(from, index));
      if (taker !== to) joint.add(to, taker);
    }
    if (edges === joint) edges.clear(from);
  }
}
