/** Grouping: cards and edges as they are drawn with groups: a frame around an open one, one card for a folded one. */
import { Position } from "@xyflow/react";
import type { Doc } from "./document";
import { type CardNode, type GroupNode, LOWEST, WIDTH, type WireEdge } from "./graph";
import { type Group, groupsOf } from "./groups";

const PAD = 20;
const HEAD = 30;
const PORT = 12;
const PREFIX = "group:";

export interface Drawn {
  nodes: (CardNode | GroupNode)[];
  edges: WireEdge[];
}

export function isGroup(id: string): boolean {
  return id.startsWith(PREFIX);
}

/** Gives the nodes of a drawn group, by its id on the canvas. */
export function membersOf(doc: Doc, id: string): string[] {
  return groupsOf(doc).find((each) => PREFIX + each.id === id)?.nodes ?? [];
}

/** Gives the id under which a node is drawn: its own, or that of the folded group that it is in. */
export function drawnAs(doc: Doc, id: string): string {
  const inside = groupsOf(doc).find((each) => each.folded && each.nodes.includes(id));
  return inside ? PREFIX + inside.id : id;
}

export function drawn(doc: Doc, cards: CardNode[], edges: WireEdge[], selected: ReadonlySet<string>): Drawn {
  const groups = groupsOf(doc);
  if (groups.length === 0) return { nodes: cards, edges };
  const byId = new Map(cards.map((card) => [card.id, card]));
  const inside = new Map<string, string>();
  for (const each of groups) if (each.folded) for (const node of each.nodes) inside.set(node, PREFIX + each.id);
  const frames = groups.map((each) => frame(each, each.nodes.map((id) => byId.get(id)).filter((card) => card !== undefined), selected));
  return {
    nodes: [...frames, ...cards.filter((card) => !inside.has(card.id))],
    edges: inside.size ? rerouted(edges, inside) : edges,
  };
}

function frame(group: Group, members: CardNode[], selected: ReadonlySet<string>): GroupNode {
  const left = Math.min(...members.map((card) => card.position.x));
  const top = Math.min(...members.map((card) => card.position.y));
  const right = Math.max(...members.map((card) => card.position.x + (card.width ?? 0)));
  const bottom = Math.max(...members.map((card) => card.position.y + (card.height ?? 0)));
  const folded = group.folded === true;
  const [width, height] = folded ? [WIDTH, LOWEST] : [right - left + 2 * PAD, bottom - top + PAD + HEAD];
  const chosen = group.nodes.filter((node) => selected.has(node)).length;
  return {
    id: PREFIX + group.id,
    type: "frame",
    position: folded ? { x: left, y: top } : { x: left - PAD, y: top - HEAD },
    width,
    height,
    measured: { width, height },
    zIndex: folded ? 0 : -2,
    selected: folded ? chosen > 0 : chosen === group.nodes.length,
    connectable: false,
    data: { group, count: members.length, failed: folded && members.some((card) => card.data.runs?.at(-1)?.status === "error") },
    ariaLabel: `Group ${group.name}, ${members.length} nodes`,
    handles: folded ? ports(width, height) : [],
  };
}

function ports(width: number, height: number): NonNullable<GroupNode["handles"]> {
  const box = { y: (height - PORT) / 2, width: PORT, height: PORT };
  return [
    { id: "in-0", type: "target", position: Position.Left, x: -PORT / 2, ...box },
    { id: "out-0", type: "source", position: Position.Right, x: width - PORT / 2, ...box },
  ];
}

/** Edges of hidden nodes end at their group's card; those inside of it are not drawn. */
function rerouted(edges: readonly WireEdge[], inside: ReadonlyMap<string, string>): WireEdge[] {
  const found = new Map<string, WireEdge>();
  for (const edge of edges) {
    const [from, to] = [inside.get(edge.source), inside.get(edge.target)];
    if (!from && !to) found.set(edge.id, edge);
    if ((!from && !to) || from === to) continue;
    const sourceHandle = from ? "out-0" : edge.sourceHandle;
    const targetHandle = to ? "in-0" : edge.targetHandle;
    const [source, target] = [from ?? edge.source, to ?? edge.target];
    const id = JSON.stringify([source, sourceHandle, target, targetHandle]);
    if (!found.has(id)) found.set(id, { ...edge, id, source, target, sourceHandle, targetHandle, selectable: false, reconnectable: false });
  }
  return [...found.values()];
}
