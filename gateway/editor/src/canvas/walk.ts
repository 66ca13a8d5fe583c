/** Walking: from a node to its neighbours by the arrow keys. */
import { type Doc, type NodeJson, byId, byName, wires } from "./document";

export type Direction = "left" | "right" | "up" | "down";

/** Gives the node to go to; from nowhere, the first one of the flow. */
export function neighbour(doc: Doc, from: string | undefined, direction: Direction): NodeJson | undefined {
  const here = from ? byId(doc, from) : undefined;
  if (!here) return [...doc.nodes].sort((a, b) => a.position[0] - b.position[0] || a.position[1] - b.position[1])[0];
  if (direction === "left" || direction === "right") {
    const next = adjacent(doc, here, direction);
    return next ?? beside(doc, here, direction);
  }
  const ahead = direction === "down" ? 1 : -1;
  const others = doc.nodes.filter((node) => (node.position[1] - here.position[1]) * ahead > 4);
  return nearest(others, here, 3);
}

/** Gives everything that flows into a node, or follows it, the node itself included. */
export function reach(doc: Doc, start: Iterable<string>, direction: "left" | "right"): Set<string> {
  const found = new Set(start);
  const pending = [...found];
  const all = wires(doc);
  while (pending.length) {
    const here = byId(doc, pending.pop()!);
    for (const wire of all) {
      const [from, to] = direction === "right" ? [wire.source, wire.target] : [wire.target, wire.source];
      const next = from === here?.name ? byName(doc, to) : undefined;
      if (next && !found.has(next.id)) {
        found.add(next.id);
        pending.push(next.id);
      }
    }
  }
  return found;
}

function adjacent(doc: Doc, here: NodeJson, direction: "left" | "right"): NodeJson | undefined {
  const found = wires(doc)
    .filter((wire) => (direction === "right" ? wire.source : wire.target) === here.name)
    .sort((a, b) => a.output - b.output || a.input - b.input)
    .map((wire) => byName(doc, direction === "right" ? wire.target : wire.source));
  return found.find((node) => node !== undefined);
}

function beside(doc: Doc, here: NodeJson, direction: "left" | "right"): NodeJson | undefined {
  const ahead = direction === "right" ? 1 : -1;
  return nearest(doc.nodes.filter((node) => (node.position[0] - here.position[0]) * ahead > 4), here, 1 / 3);
}

function nearest(nodes: readonly NodeJson[], here: NodeJson, sideways: number): NodeJson | undefined {
  const far = (node: NodeJson) =>
    Math.abs(node.position[0] - here.position[0]) * sideways + Math.abs(node.position[1] - here.position[1]) / sideways;
  return [...nodes].sort((a, b) => far(a) - far(b))[0];
}
