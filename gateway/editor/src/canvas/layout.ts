/** Layout: nodes in the order of their flow, from left to right. The layout engine is loaded when first needed. */
import { announce } from "../shell/announce";
import { plural } from "../shell/words";
import { type Doc, moveNodes, wires } from "./document";
import { useDraft } from "./draft";
import { portsNow } from "./edits";
import { isNote, sizeOf } from "./graph";

const GRID = 4;

/** Arranges the given nodes (all where fewer than two are given); the first one stays where it is. */
export async function arrange(ids: ReadonlySet<string>): Promise<void> {
  const { doc } = useDraft.getState();
  if (!doc) return;
  const dagre = (await import("@dagrejs/dagre")).default;
  const some = ids.size > 1;
  const nodes = doc.nodes.filter((node) => !isNote(node) && (!some || ids.has(node.id)));
  if (nodes.length === 0) return;
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 40, ranksep: 64 });
  graph.setDefaultEdgeLabel(() => ({}));
  const sizes = new Map(nodes.map((node) => [node.name, sizeOf(node, portsNow(node))]));
  for (const [name, [width, height]] of sizes) graph.setNode(name, { width, height });
  for (const { source, target } of wires(doc)) {
    if (sizes.has(source) && sizes.has(target) && source !== target) graph.setEdge(source, target);
  }
  dagre.layout(graph);
  const first = nodes[0]!;
  const corner = (name: string): [number, number] => {
    const { x, y } = graph.node(name) as { x: number; y: number };
    const [width, height] = sizes.get(name)!;
    return [x - width / 2, y - height / 2];
  };
  const [left, top] = corner(first.name);
  const places = new Map<string, [number, number]>();
  for (const node of nodes) {
    const [x, y] = corner(node.name);
    places.set(node.id, [snap(x - left) + first.position[0], snap(y - top) + first.position[1]]);
  }
  useDraft.getState().change((before: Doc) => moveNodes(before, places));
  announce(`Arranged ${plural(nodes.length, "node")}`);
}

function snap(value: number): number {
  return Math.round(value / GRID) * GRID;
}
