/** The graph: how a document looks as nodes and edges of the canvas. Sizes are fixed, so nothing is measured. */
import { type Edge, type Node, Position } from "@xyflow/react";
import type { ErrorInfo, NodeRunDetail, NodeSpec } from "../gen/api";
import { type Ports, portsOf, shortType, specOf } from "../api/nodeTypes";
import type { Runs } from "../executions/run";
import type { Group } from "./groups";
import { type Doc, type NodeJson, type Wire, wires } from "./document";

export const WIDTH = 164;
export const ROW = 22;
export const LOWEST = 48;
export const STEP_X = 220;
export const STEP_Y = 96;
export const NOTE = "stickyNote";
const PORT = 12;

export interface CardData extends Record<string, unknown> {
  node: NodeJson;
  spec: NodeSpec | undefined;
  ports: Ports;
  runs: readonly NodeRunDetail[] | undefined;
  problem: ErrorInfo | undefined;
  going: boolean;
}
export type CardNode = Node<CardData, "card" | "note">;
/** A group as React Flow draws it. */
export type GroupNode = Node<{ group: Group; count: number; failed: boolean }, "frame">;
export type WireEdge = Edge<{ wire: Wire; label: string; items: number | null; failed: boolean }, "wire">;

export interface Sight {
  types: ReadonlyMap<string, NodeSpec>;
  computed: ReadonlyMap<string, Ports>;
  runs: Runs;
  going: boolean;
  problems: readonly ErrorInfo[];
}

export function isNote(node: NodeJson): boolean {
  return shortType(node.type) === NOTE;
}

export function heightOf(ports: Ports): number {
  return Math.max(LOWEST, ROW * Math.max(ports.inputs, ports.outputs.length) + 8);
}

export function sizeOf(node: NodeJson, ports: Ports): [number, number] {
  if (!isNote(node)) return [WIDTH, heightOf(ports)];
  return [Number(node.parameters.width) || 240, Number(node.parameters.height) || 160];
}

/** Gives the height of a port on its card. */
export function portY(at: number, count: number, height: number): number {
  return (height * (at + 0.5)) / Math.max(count, 1);
}

export function edgeId(wire: Wire): string {
  return JSON.stringify([wire.source, wire.output, wire.target, wire.input]);
}

/** Makes cards, and gives back the one of before wherever nothing about it changed. */
export class Cards {
  private made = new Map<string, CardNode>();

  of(doc: Doc, sight: Sight): CardNode[] {
    const problems = new Map(sight.problems.map((problem) => [problem.node, problem]));
    const next = new Map<string, CardNode>();
    for (const node of doc.nodes) {
      const before = this.made.get(node.id);
      const spec = specOf(sight.types, node);
      const ports = portsOf(spec, node, sight.computed, before?.data.ports);
      const problem = problems.get(node.name);
      const data: CardData = { node, spec, ports, runs: sight.runs.get(node.name), problem, going: sight.going };
      next.set(node.id, before && alike(before.data, data) ? before : card(data));
    }
    this.made = next;
    return [...next.values()];
  }
}

function alike(a: CardData, b: CardData): boolean {
  return (
    a.node === b.node &&
    a.spec === b.spec &&
    a.runs === b.runs &&
    a.problem === b.problem &&
    a.going === b.going &&
    a.ports.inputs === b.ports.inputs &&
    a.ports.problem === b.ports.problem &&
    a.ports.outputs.join("\0") === b.ports.outputs.join("\0")
  );
}

function card(data: CardData): CardNode {
  const { node, ports } = data;
  const [width, height] = sizeOf(node, ports);
  const note = isNote(node);
  return {
    id: node.id,
    type: note ? "note" : "card",
    position: { x: node.position[0], y: node.position[1] },
    width,
    height,
    measured: { width, height },
    zIndex: note ? -1 : 0,
    data,
    ariaRole: "group",
    ariaLabel: `${node.name}, ${data.spec?.title ?? node.type}`,
    handles: note ? [] : handles(ports, width, height),
  };
}

function handles(ports: Ports, width: number, height: number): NonNullable<CardNode["handles"]> {
  const box = { width: PORT, height: PORT };
  const ins = Array.from({ length: ports.inputs }, (_, at) => {
    const y = portY(at, ports.inputs, height) - PORT / 2;
    return { id: `in-${at}`, type: "target" as const, position: Position.Left, x: -PORT / 2, y, ...box };
  });
  const outs = ports.outputs.map((_, at) => {
    const y = portY(at, ports.outputs.length, height) - PORT / 2;
    return { id: `out-${at}`, type: "source" as const, position: Position.Right, x: width - PORT / 2, y, ...box };
  });
  return [...ins, ...outs];
}

/** Makes edges, with the number of items that passed each in the run that is shown. */
export function edgesOf(doc: Doc, cards: readonly CardNode[], runs: Runs, selected: ReadonlySet<string>): WireEdge[] {
  const byName = new Map(cards.map((card) => [card.data.node.name, card]));
  const found: WireEdge[] = [];
  for (const wire of wires(doc)) {
    const source = byName.get(wire.source);
    const target = byName.get(wire.target);
    // An edge at a port that the node does not have stays in the document and is named among the problems.
    if (!source || !target || wire.output >= source.data.ports.outputs.length) continue;
    if (wire.input >= target.data.ports.inputs) continue;
    const id = edgeId(wire);
    found.push({
      id,
      type: "wire",
      source: source.id,
      target: target.id,
      sourceHandle: `out-${wire.output}`,
      targetHandle: `in-${wire.input}`,
      selected: selected.has(id),
      data: {
        wire,
        label: source.data.ports.outputs[wire.output] ?? "",
        items: passed(runs.get(wire.source), wire.output),
        failed: runs.get(wire.source)?.at(-1)?.status === "error",
      },
    });
  }
  return found;
}

/** Counts the items of all runs of a node on one output; null where it did not run. */
export function passed(runs: readonly NodeRunDetail[] | undefined, output: number): number | null {
  if (!runs?.length) return null;
  return runs.reduce((sum, run) => sum + (run.counts?.[output] ?? 0), 0);
}

/** Says why two ports cannot be connected; null where they can. `leaves` says which nodes a circle can be left by. */
export function refusal(doc: Doc, wire: Wire, leaves: (node: NodeJson) => boolean): string | null {
  if (wire.source === wire.target) return "a node cannot feed itself directly";
  const all = wires(doc);
  if (all.some((each) => edgeId(each) === edgeId(wire))) return "these two are connected already";
  const stuck = new Set(doc.nodes.filter((node) => !leaves(node)).map((node) => node.name));
  return circle(all, wire, stuck) ? "that makes a circle that nothing ever leaves; put an If, a Loop or a Wait into it" : null;
}

/** Says whether an edge would close a circle of nodes that pass on whatever arrives. */
function circle(all: readonly Wire[], { source, target }: Wire, stuck: ReadonlySet<string>): boolean {
  if (!stuck.has(source)) return false;
  const seen = new Set<string>();
  const pending = [target];
  while (pending.length) {
    const here = pending.pop()!;
    if (here === source) return true;
    if (seen.has(here) || !stuck.has(here)) continue;
    seen.add(here);
    for (const wire of all) if (wire.source === here) pending.push(wire.target);
  }
  return false;
}
