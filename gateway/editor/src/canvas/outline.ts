/** The outline: the graph as a tree, for who reads it instead of looking at it. */
import { type Doc, type NodeJson, byName, wires } from "./document";
import { isNote } from "./graph";

export interface Row {
  /** Place in the tree, as a path of node ids. */
  key: string;
  node: NodeJson;
  /** Outputs that lead here, by index; empty at a beginning. */
  outputs: number[];
  depth: number;
  /** Its branch stands elsewhere in the tree: the node is reached in more than one way. */
  again: boolean;
  parent: string | null;
  children: number;
  /** Place among its siblings, from 1, and how many they are. */
  at: number;
  of: number;
}

interface Step {
  node: NodeJson;
  outputs: number[];
}

/** Lists the rows from top to bottom: beginnings by their place, then what follows each of them. */
export function outline(doc: Doc): Row[] {
  const follow = followers(doc);
  const fed = new Set([...follow.values()].flat().map((step) => step.node.name));
  const drawn = doc.nodes.filter((node) => !isNote(node)).sort((a, b) => a.position[0] - b.position[0] || a.position[1] - b.position[1]);
  const rows: Row[] = [];
  const seen = new Set<string>();
  const roots: Row[] = [];
  const visit = (step: Step, parent: Row | null) => {
    const again = seen.has(step.node.id);
    const next = again ? [] : (follow.get(step.node.name) ?? []);
    const key = parent ? `${parent.key}/${step.node.id}` : step.node.id;
    const row: Row = { key, ...step, depth: parent ? parent.depth + 1 : 0, again, parent: parent?.key ?? null, children: next.length, at: 1, of: 1 };
    rows.push(row);
    seen.add(step.node.id);
    const made = next.map((each) => visit(each, row));
    number(made);
    return row;
  };
  for (const node of drawn) if (!fed.has(node.name)) roots.push(visit({ node, outputs: [] }, null));
  // What only a loop feeds begins nowhere, and is there all the same.
  for (const node of drawn) if (!seen.has(node.id)) roots.push(visit({ node, outputs: [] }, null));
  number(roots);
  return rows;
}

function number(rows: Row[]): void {
  rows.forEach((row, at) => Object.assign(row, { at: at + 1, of: rows.length }));
}

function followers(doc: Doc): Map<string, Step[]> {
  const found = new Map<string, Step[]>();
  for (const wire of wires(doc)) {
    const target = byName(doc, wire.target);
    if (!target || wire.source === wire.target) continue;
    const steps = found.get(wire.source) ?? [];
    const known = steps.find((step) => step.node === target);
    if (!known) steps.push({ node: target, outputs: [wire.output] });
    else if (!known.outputs.includes(wire.output)) known.outputs.push(wire.output);
    found.set(wire.source, steps);
  }
  return found;
}
