/** Parts: what of a workflow to run, and what has changed since it ran last. Pure. */
import { type Doc, type NodeJson, wires } from "../canvas/document";

/** To a node (`destination`), from a node (`node`), or one node alone (both). */
export interface Part {
  destination?: string;
  node?: string;
}

/** Names the nodes that would not do the same again: they differ, get their input from elsewhere, or are pinned otherwise. */
export function changedNodes(before: Doc, after: Doc): Set<string> {
  if (before === after) return new Set();
  const old = new Map(before.nodes.map((node) => [node.name, node]));
  const came = arrivals(before);
  const comes = arrivals(after);
  const was = (before.pinData ?? {}) as Record<string, unknown>;
  const is = (after.pinData ?? {}) as Record<string, unknown>;
  const found = new Set<string>();
  for (const node of after.nodes) {
    const known = old.get(node.name);
    const same = known && alike(known, node) && came.get(node.name) === comes.get(node.name) && equal(was[node.name], is[node.name]);
    if (!same) found.add(node.name);
  }
  return found;
}

/** Adds everything that follows. */
export function withFollowers(doc: Doc, names: ReadonlySet<string>): Set<string> {
  const found = new Set(names);
  if (found.size === 0) return found;
  const next = new Map<string, string[]>();
  for (const wire of wires(doc)) next.set(wire.source, [...(next.get(wire.source) ?? []), wire.target]);
  const waiting = [...found];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    for (const target of next.get(name) ?? []) {
      if (found.has(target)) continue;
      found.add(target);
      waiting.push(target);
    }
  }
  return found;
}

function alike(one: NodeJson, other: NodeJson): boolean {
  return one === other || (equal(one.parameters, other.parameters) && equal(facts(one), facts(other)));
}

function facts({ position: _, parameters: __, ...rest }: NodeJson): unknown {
  return Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

function equal(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function arrivals(doc: Doc): Map<string, string> {
  const found = new Map<string, string[]>();
  for (const wire of wires(doc)) {
    found.set(wire.target, [...(found.get(wire.target) ?? []), JSON.stringify([wire.source, wire.output, wire.input])]);
  }
  return new Map([...found].map(([name, texts]) => [name, texts.sort().join()]));
}
