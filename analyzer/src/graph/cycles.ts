/** Finds the nodes of a graph that flow to each other in a circle. */

export interface FlowGraph {
  /** Nodes are numbered from 0; those that are not part of it are left out. */
  readonly nodes: number;
  readonly isPart: (node: number) => boolean;
  readonly edges: (node: number) => number;
  readonly target: (node: number, index: number) => number;
}

/** The largest sets of nodes, of two or more, each of which leads to all others (Tarjan), in a stated order. */
export function findCycles(graph: FlowGraph): number[][] {
  const found: number[][] = [];
  // By node, from 1 as they are first visited.
  const order = new Int32Array(graph.nodes);
  const lowest = new Int32Array(graph.nodes);
  const isOpen = new Uint8Array(graph.nodes);
  const next = new Int32Array(graph.nodes);
  const open: number[] = [];
  let visited = 0;
  const enter = (node: number): void => {
    visited += 1;
    order[node] = visited;
    lowest[node] = visited;
    isOpen[node] = 1;
    open.push(node);
  };
  const close = (node: number): void => {
    const members = open.splice(open.lastIndexOf(node));
    for (const member of members) isOpen[member] = 0;
    if (members.length > 1) found.push(members);
  };
  for (let first = 0; first < graph.nodes; first += 1) {
    if (order[first] !== 0 || !graph.isPart(first)) continue;
    enter(first);
    const path = [first];
    while (path.length > 0) {
      const node = path.at(-1)!;
      if (next[node]! < graph.edges(node)) {
        const to = graph.target(node, next[node]!);
        next[node]! += 1;
        if (order[to] !== 0) {
          if (isOpen[to] === 1) lowest[node] = Math.min(lowest[node]!, order[to]!);
        } else if (graph.isPart(to)) {
          enter(to);
          path.push(to);
        }
        continue;
      }
      path.pop();
      const above = path.at(-1);
      if (above !== undefined) lowest[above] = Math.min(lowest[above]!, lowest[node]!);
      if (lowest[node] === order[node]) close(node);
    }
  }
  return found;
}
