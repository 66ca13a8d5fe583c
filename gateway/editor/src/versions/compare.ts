/** Comparing: what differs between two versions of a workflow, and one document that shows both. */
import { type Doc, type NodeJson, type Wire, connect, freeName, names, newId, same, wires } from "../canvas/document";
import type { Mark } from "../canvas/marks";

/** A value that differs, by its path inside the node or the workflow. */
export interface FieldChange {
  path: string;
  before: unknown;
  after: unknown;
}

export interface NodeChange {
  /** Id in the document that shows both. */
  id: string;
  name: string;
  type: string;
  mark: Mark;
  fields: FieldChange[];
}

export interface WireChange {
  wire: Wire;
  mark: "added" | "removed";
}

export interface Comparison {
  /** What is there after, and what was there before. */
  doc: Doc;
  nodes: NodeChange[];
  wires: WireChange[];
  /** What differs besides nodes and edges: name, settings. */
  workflow: FieldChange[];
}

const GRAPH = new Set(["nodes", "connections"]);
/** Belongs to the installation and not to what the workflow does. */
const OUTSIDE = new Set(["id", "active", "versionId", "createdAt", "updatedAt", "tags", "meta"]);

export function compare(before: Doc, after: Doc): Comparison {
  const pairs = matched(before, after);
  const taken = names(after);
  const ids = new Set(after.nodes.map((node) => node.id));
  const shown = new Map<string, string>();
  const changes: NodeChange[] = [];
  const gone: NodeJson[] = [];
  for (const node of before.nodes) {
    const now = pairs.get(node);
    if (now) {
      shown.set(node.name, now.name);
      continue;
    }
    const name = freeName(taken, node.name);
    taken.add(name);
    shown.set(node.name, name);
    gone.push({ ...node, name, id: ids.has(node.id) ? newId() : node.id });
  }
  const was = new Map([...pairs].map(([old, now]) => [now, old]));
  for (const node of after.nodes) {
    const old = was.get(node);
    const change = old ? changed(old, node) : { mark: "added" as const, fields: [] };
    if (change) changes.push({ id: node.id, name: node.name, type: node.type, ...change });
  }
  for (const node of gone) changes.push({ id: node.id, name: node.name, type: node.type, mark: "removed", fields: [] });

  const [old, now] = [wires(before).map((wire) => moved(wire, shown)), wires(after)];
  const added = now.filter((wire) => !old.some((each) => same(each, wire)));
  const removed = old.filter((wire) => !now.some((each) => same(each, wire)));
  const whole = removed.reduce(connect, { ...after, nodes: [...after.nodes, ...gone] });
  return {
    doc: whole,
    nodes: changes,
    wires: [...added.map((wire) => ({ wire, mark: "added" as const })), ...removed.map((wire) => ({ wire, mark: "removed" as const }))],
    workflow: fieldChanges(outer(before), outer(after)),
  };
}

/** Lists the values that differ; lists of different length differ as a whole. */
export function fieldChanges(before: unknown, after: unknown, path = ""): FieldChange[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!plain(before) || !plain(after)) {
    if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
      return before.flatMap((each, at) => fieldChanges(each, after[at], `${path}[${at}]`));
    }
    return [{ path, before, after }];
  }
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => fieldChanges(before[key], after[key], path ? `${path}.${key}` : key));
}

/** Says in a few words what differs: "2 added, 1 removed". */
export function summary({ nodes, wires: edges, workflow }: Comparison): string {
  const count = (mark: Mark) => nodes.filter((node) => node.mark === mark).length;
  const words = (["added", "removed", "changed", "moved"] as const).filter(count).map((mark) => `${count(mark)} ${mark}`);
  if (edges.length) words.push(edges.length === 1 ? "1 connection" : `${edges.length} connections`);
  if (workflow.length) words.push("settings");
  return words.join(", ") || "no difference";
}

/** Writes a document as JSON whose lines stand still where nothing changed. */
export function written(doc: Doc): string {
  const { nodes, connections, ...rest } = doc;
  const kept = Object.fromEntries(Object.entries(rest).filter(([key]) => !OUTSIDE.has(key)));
  return `${JSON.stringify(ordered({ ...kept, nodes: nodes.map(ordered), connections }), null, 2)}\n`;
}

function matched(before: Doc, after: Doc): Map<NodeJson, NodeJson> {
  const byId = new Map(after.nodes.map((node) => [node.id, node]));
  const pairs = new Map<NodeJson, NodeJson>();
  const left = new Set(after.nodes);
  for (const node of before.nodes) {
    const now = byId.get(node.id);
    if (now && now.type === node.type) {
      pairs.set(node, now);
      left.delete(now);
    }
  }
  const byName = new Map([...left].map((node) => [node.name, node]));
  for (const node of before.nodes) {
    const now = pairs.has(node) ? undefined : byName.get(node.name);
    if (now && now.type === node.type) pairs.set(node, now);
  }
  return pairs;
}

function changed(before: NodeJson, after: NodeJson): Pick<NodeChange, "mark" | "fields"> | null {
  const fields = fieldChanges({ ...before, id: "" }, { ...after, id: "" });
  const inside = fields.filter((field) => !field.path.startsWith("position"));
  if (inside.length) return { mark: "changed", fields: inside };
  return fields.length ? { mark: "moved", fields: [] } : null;
}

function moved(wire: Wire, shown: ReadonlyMap<string, string>): Wire {
  return { ...wire, source: shown.get(wire.source) ?? wire.source, target: shown.get(wire.target) ?? wire.target };
}

function outer(doc: Doc): Record<string, unknown> {
  return Object.fromEntries(Object.entries(doc).filter(([key]) => !GRAPH.has(key) && !OUTSIDE.has(key)));
}

function plain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function ordered<T extends object>(value: T): T {
  const first = ["name", "id", "type", "typeVersion", "disabled", "position", "parameters"];
  const place = (key: string) => (first.includes(key) ? first.indexOf(key) : first.length);
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1))) as T;
}
