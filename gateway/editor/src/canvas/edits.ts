/** Edits: what people do to a workflow, each one change of the draft. */
import { useNodeTypes, portsOf, shortType, specOf, type Ports } from "../api/nodeTypes";
import type { NodeSpec } from "../gen/api";
import type { Spot } from "../palette/store";
import { announce } from "../shell/announce";
import { say } from "../shell/notices";
import { plural } from "../shell/words";
import {
  type Doc,
  type NodeJson,
  type Wire,
  addNode,
  byId,
  byName,
  connect,
  disconnect,
  fragment,
  freeName,
  moveNodes,
  names,
  newId,
  normal,
  paste,
  patchNode,
  removeNodes,
  renameNode,
  wires,
} from "./document";
import { useDraft } from "./draft";
import { type Alignment, aligned } from "./aligning";
import { STEP_X, STEP_Y, edgeId, isNote, refusal, sizeOf } from "./graph";
import { group, pasteGroups, ungroup, wholeGroups } from "./groups";
import { useSelection } from "./selection";
import { centre } from "./viewport";

const NOTE_TYPE = "n8n-nodes-base.stickyNote";
const change = (make: (doc: Doc) => Doc, key?: string) => useDraft.getState().change(make, key);
const select = (nodes: Iterable<string>, edges: Iterable<string> = []) => useSelection.getState().select(nodes, edges);

/** Gives the ports of a node in the open draft. */
export function portsNow(node: NodeJson): Ports {
  const { types, computed } = useNodeTypes.getState();
  return portsOf(specOf(types, node), node, computed);
}

/** Adds a node of a type at a spot, connected to what is there, and selects it. */
export function insertNode(spec: NodeSpec, spot: Spot): void {
  const { doc, fixed } = useDraft.getState();
  if (!doc || fixed) return;
  const node: NodeJson = {
    id: newId(),
    name: freeName(names(doc), spec.title),
    type: spec.name,
    typeVersion: Math.max(...spec.versions),
    position: [0, 0],
    parameters: {},
  };
  if (spec.trigger === "webhook") node.webhookId = newId();
  const ports = portsNow(node);
  change((before) => place(before, node, ports, spot));
  select([node.id]);
  announce(`Added ${node.name}`);
}

function place(doc: Doc, node: NodeJson, ports: Ports, spot: Spot): Doc {
  const input = ports.inputs > 0;
  const output = ports.outputs.length > 0;
  if (spot.kind === "after") {
    const source = byId(doc, spot.node);
    if (!source) return addNode(doc, { ...node, position: centre() });
    const count = portsNow(source).outputs.length;
    const below = (spot.output - (count - 1) / 2) * STEP_Y;
    const wanted: [number, number] = spot.at ?? [source.position[0] + STEP_X, Math.round(source.position[1] + below)];
    const placed = addNode(doc, { ...node, position: freePlace(doc, wanted) });
    return input ? connect(placed, { source: source.name, output: spot.output, target: node.name, input: 0 }) : placed;
  }
  if (spot.kind === "before") {
    const target = byId(doc, spot.node);
    const placed = addNode(doc, { ...node, position: freePlace(doc, spot.at ?? centre()) });
    if (!target || !output) return placed;
    return connect(placed, { source: node.name, output: 0, target: target.name, input: spot.input });
  }
  if (spot.kind === "wire") return between(doc, node, spot.wire, input, output);
  return addNode(doc, { ...node, position: freePlace(doc, spot.at ?? centre()) });
}

function between(doc: Doc, node: NodeJson, wire: Wire, input: boolean, output: boolean): Doc {
  const source = byName(doc, wire.source);
  const target = byName(doc, wire.target);
  if (!source || !target) return doc;
  const at: [number, number] = [source.position[0] + STEP_X, Math.round((source.position[1] + target.position[1]) / 2)];
  const short = at[0] + STEP_X - target.position[0];
  const moved = new Map<string, [number, number]>();
  if (short > 0) {
    for (const each of doc.nodes) {
      const later = each.position[0] >= target.position[0] && each.id !== source.id;
      if (later) moved.set(each.id, [each.position[0] + short, each.position[1]]);
    }
  }
  let next = addNode(moveNodes(doc, moved), { ...node, position: at });
  if (!input) return next;
  next = connect(next, { source: wire.source, output: wire.output, target: node.name, input: 0 });
  if (!output) return next;
  next = disconnect(next, [wire]);
  return connect(next, { source: node.name, output: 0, target: wire.target, input: wire.input });
}

/** Finds a place near the wanted one where no node is in the way. */
function freePlace(doc: Doc, [x, y]: [number, number]): [number, number] {
  const near = doc.nodes.filter((node) => !isNote(node) && Math.abs(node.position[0] - x) < STEP_X - 40);
  let at = y;
  while (near.some((node) => Math.abs(node.position[1] - at) < STEP_Y - 30)) at += STEP_Y;
  return [Math.round(x), Math.round(at)];
}

/** Says why an edge cannot be drawn; null where it can. */
export function whyNot(doc: Doc, wire: Wire): string | null {
  return refusal(doc, wire, (node) => !node.disabled && (portsNow(node).outputs.length > 1 || shortType(node.type) === "wait"));
}

/** Lines up the selected nodes. */
export function alignSelected(how: Alignment): void {
  const { nodes } = useSelection.getState();
  change((doc) => {
    const boxes = doc.nodes
      .filter((node) => nodes.has(node.id))
      .map((node) => {
        const [width, height] = sizeOf(node, portsNow(node));
        return { id: node.id, x: node.position[0], y: node.position[1], width, height };
      });
    return moveNodes(doc, aligned(boxes, how));
  });
}

export function groupSelected(): void {
  const { nodes } = useSelection.getState();
  if (nodes.size === 0) return;
  change((doc) => group(doc, nodes));
  announce(`Grouped ${plural(nodes.size, "node")}`);
}

export function ungroupSelected(): void {
  change((doc) => ungroup(doc, useSelection.getState().nodes));
}

export function connectWires(wire: Wire): void {
  const { doc } = useDraft.getState();
  if (!doc) return;
  const why = whyNot(doc, wire);
  if (why) say(`Not connected: ${why}.`);
  else change((before) => connect(before, wire));
}

export function cutWires(gone: readonly Wire[]): void {
  change((doc) => disconnect(doc, gone));
}

export function rewire(old: Wire, wire: Wire): void {
  change((doc) => connect(disconnect(doc, [old]), wire));
}

/** Moves the selected nodes; moves in quick succession are undone together. */
export function moveSelected(x: number, y: number): boolean {
  const { nodes } = useSelection.getState();
  if (nodes.size === 0) return false;
  change((doc) => {
    const moved = doc.nodes.filter((node) => nodes.has(node.id));
    return moveNodes(doc, new Map(moved.map((node) => [node.id, [node.position[0] + x, node.position[1] + y]])));
  }, "move by key");
  return true;
}

/** Adds a sticky note in the middle of what is in sight, and begins to write it. */
export function addNote(): void {
  const { doc, fixed } = useDraft.getState();
  if (!doc || fixed) return;
  const [x, y] = centre();
  const name = freeName(names(doc), "Sticky Note");
  const parameters = { content: "", height: 160, width: 240, color: 1 };
  const note: NodeJson = { id: newId(), name, type: NOTE_TYPE, typeVersion: 1, position: [x - 40, y - 56], parameters };
  change((before) => addNode(before, note));
  select([note.id]);
  useSelection.getState().write(note.id);
}

/** Removes what is selected: nodes, else edges. */
export function removeSelected(): void {
  const { nodes, edges } = useSelection.getState();
  if (nodes.size === 0 && edges.size === 0) return;
  change((doc) => {
    const left = removeNodes(doc, nodes);
    const gone = wires(left).filter((wire) => edges.has(edgeId(wire)));
    return gone.length ? disconnect(left, gone) : left;
  });
  select([]);
  announce(`Deleted ${plural(nodes.size || edges.size, nodes.size ? "node" : "connection")}; undo brings back what was there`);
}

/** Switches the selected nodes off, or on again where all of them are off. */
export function toggleDisabled(ids: ReadonlySet<string> = useSelection.getState().nodes): void {
  const chosen = useDraft.getState().doc?.nodes.filter((node) => ids.has(node.id) && !isNote(node)) ?? [];
  if (chosen.length === 0) return;
  const off = chosen.some((node) => !node.disabled);
  change((doc) => chosen.reduce((next, node) => patchNode(next, node.id, { disabled: off || undefined }), doc));
  announce(`${chosen.map((node) => node.name).join(", ")}: ${off ? "disabled" : "enabled"}`);
}

export function renameTo(id: string, name: string): void {
  change((doc) => renameNode(doc, id, name));
}

export function setParameters(id: string, parameters: Record<string, unknown>): void {
  change((doc) => patchNode(doc, id, { parameters }), `parameters ${id}`);
}

export function selectAll(): void {
  select(useDraft.getState().doc?.nodes.map((node) => node.id) ?? []);
}

/** Gives the selected nodes as workflow JSON text, for the clipboard; null where nothing is selected. */
export function copied(): string | null {
  const { doc } = useDraft.getState();
  const { nodes } = useSelection.getState();
  if (!doc || nodes.size === 0) return null;
  const groups = wholeGroups(doc, nodes);
  return JSON.stringify({ ...fragment(doc, nodes), ...(groups.length ? { groups } : {}) }, null, 2);
}

/** Adds the nodes of workflow JSON, ours or n8n's; says whether the text was that. */
export function pasteText(text: string): boolean {
  if (!text.trim().startsWith("{")) return false;
  let given: Record<string, unknown>;
  try {
    given = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return false;
  }
  const nodes = given.nodes;
  const whole = Array.isArray(nodes) && nodes.every((node) => typeof node?.name === "string" && typeof node?.type === "string");
  if (!whole || nodes.length === 0) return false;
  insertDocument(normal(given));
  return true;
}

export function duplicate(): void {
  const text = copied();
  if (text) pasteText(text);
}

function insertDocument(given: Doc): void {
  const { doc, fixed } = useDraft.getState();
  if (!doc || fixed) return;
  let [x, y] = doc.nodes.length ? centre() : ([0, 0] as [number, number]);
  while (doc.nodes.some((node) => Math.abs(node.position[0] - x) < 10 && Math.abs(node.position[1] - y) < 10)) {
    [x, y] = [x + 40, y + 40];
  }
  const done = paste(doc, given, [Math.round(x), Math.round(y)]);
  change(() => pasteGroups(done.doc, given, done.ids));
  select(done.ids);
  useNodeTypes.getState().compute(done.doc.nodes);
}
