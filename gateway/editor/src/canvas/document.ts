/** The document: a workflow in n8n's JSON, changed only by pure functions that give a new one. */

export interface NodeJson {
  id: string;
  name: string;
  type: string;
  typeVersion?: number;
  position: [number, number];
  parameters: Record<string, unknown>;
  disabled?: boolean;
  onError?: string | null;
  [key: string]: unknown;
}

export interface EdgeEnd {
  node: string;
  type?: string;
  index?: number;
}

export type Connections = Record<string, Record<string, (EdgeEnd[] | null)[]>>;

export interface Doc {
  name: string;
  nodes: NodeJson[];
  connections: Connections;
  [key: string]: unknown;
}

/** One edge of type `main`, by names and port indexes. */
export interface Wire {
  source: string;
  output: number;
  target: string;
  input: number;
}

export const MAIN = "main";

/** Reads what the API or the clipboard gave: every node gets an id, a position and parameters. */
export function normal(raw: Record<string, unknown>): Doc {
  const seen = new Set<string>();
  const nodes = ((raw.nodes as Partial<NodeJson>[] | undefined) ?? []).map((node, at) => {
    const id = node.id && !seen.has(node.id) ? node.id : newId();
    seen.add(id);
    const position = Array.isArray(node.position) && node.position.length === 2 ? node.position : [at * 220, 0];
    return { ...node, id, position, parameters: node.parameters ?? {} } as NodeJson;
  });
  const connections = (raw.connections as Connections | null) ?? {};
  return { ...raw, name: String(raw.name ?? "My workflow"), nodes, connections };
}

export function newId(): string {
  return crypto.randomUUID();
}

/** Lists the edges between nodes that exist. */
export function wires(doc: Doc): Wire[] {
  const names = new Set(doc.nodes.map((node) => node.name));
  const found: Wire[] = [];
  for (const [source, kinds] of Object.entries(doc.connections)) {
    if (!names.has(source)) continue;
    (kinds[MAIN] ?? []).forEach((ends, output) => {
      for (const end of ends ?? []) {
        if (names.has(end.node) && (end.type ?? MAIN) === MAIN) {
          found.push({ source, output, target: end.node, input: end.index ?? 0 });
        }
      }
    });
  }
  return found;
}

export function same(a: Wire, b: Wire): boolean {
  return a.source === b.source && a.output === b.output && a.target === b.target && a.input === b.input;
}

/** Says whether two documents are the same workflow, however their keys are ordered. */
export function alike(one: Doc, other: Doc): boolean {
  const text = (doc: Doc) =>
    JSON.stringify([doc.name, doc.settings, doc.groups, doc.pinData ?? {}, ends(doc), byIds(doc.nodes)], (_, value: unknown) =>
      value && typeof value === "object" && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    );
  return text(one) === text(other);
}

/** Others may have put new nodes at another place in the list. */
function byIds(nodes: readonly NodeJson[]): NodeJson[] {
  return [...nodes].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Lists where edges begin and end; ports that nothing is connected to can be written in many ways. */
function ends(doc: Doc): string[] {
  const found = Object.entries(doc.connections).flatMap(([source, kinds]) =>
    Object.entries(kinds).flatMap(([kind, outputs]) =>
      outputs.flatMap((each, output) => (each ?? []).map((end) => JSON.stringify([source, kind, output, end.node, end.type ?? MAIN, end.index ?? 0]))),
    ),
  );
  return found.sort();
}

export function byName(doc: Doc, name: string): NodeJson | undefined {
  return doc.nodes.find((node) => node.name === name);
}

export function byId(doc: Doc, id: string): NodeJson | undefined {
  return doc.nodes.find((node) => node.id === id);
}

/** Finds a name that no node has: `Set`, `Set1`, `Set2` … */
export function freeName(taken: ReadonlySet<string>, wanted: string): string {
  if (!taken.has(wanted)) return wanted;
  const stem = wanted.replace(/\d+$/, "") || wanted;
  for (let at = 1; ; at++) if (!taken.has(`${stem}${at}`)) return `${stem}${at}`;
}

export function names(doc: Doc): Set<string> {
  return new Set(doc.nodes.map((node) => node.name));
}

export function addNode(doc: Doc, node: NodeJson): Doc {
  return { ...doc, nodes: [...doc.nodes, node] };
}

export function patchNode(doc: Doc, id: string, patch: Partial<NodeJson>): Doc {
  return { ...doc, nodes: doc.nodes.map((node) => (node.id === id ? { ...node, ...patch } : node)) };
}

export function moveNodes(doc: Doc, places: ReadonlyMap<string, [number, number]>): Doc {
  const moved = doc.nodes.some((node) => {
    const place = places.get(node.id);
    return place && (place[0] !== node.position[0] || place[1] !== node.position[1]);
  });
  if (!moved) return doc;
  return {
    ...doc,
    nodes: doc.nodes.map((node) => {
      const place = places.get(node.id);
      return place ? { ...node, position: place } : node;
    }),
  };
}

export function connect(doc: Doc, wire: Wire): Doc {
  if (wires(doc).some((each) => same(each, wire))) return doc;
  const kinds = doc.connections[wire.source] ?? {};
  const outputs = [...(kinds[MAIN] ?? [])];
  while (outputs.length <= wire.output) outputs.push([]);
  outputs[wire.output] = [...(outputs[wire.output] ?? []), { node: wire.target, type: MAIN, index: wire.input }];
  return { ...doc, connections: { ...doc.connections, [wire.source]: { ...kinds, [MAIN]: outputs } } };
}

export function disconnect(doc: Doc, gone: readonly Wire[]): Doc {
  return filterEnds(doc, (source, kind, output, end) => {
    if (kind !== MAIN) return true;
    const wire = { source, output, target: end.node, input: end.index ?? 0 };
    return !gone.some((each) => same(each, wire));
  });
}

/** Removes nodes and every edge from or to them. */
export function removeNodes(doc: Doc, ids: ReadonlySet<string>): Doc {
  const gone = new Set(doc.nodes.filter((node) => ids.has(node.id)).map((node) => node.name));
  const kept = doc.nodes.filter((node) => !ids.has(node.id));
  const left = new Set(kept.map((node) => node.name));
  const connections = Object.fromEntries(Object.entries(doc.connections).filter(([name]) => left.has(name) || !gone.has(name)));
  return filterEnds({ ...doc, nodes: kept, connections }, (_, __, ___, end) => left.has(end.node) || !gone.has(end.node));
}

/** Renames a node: in the connections, and wherever an expression or code refers to it. */
export function renameNode(doc: Doc, id: string, wanted: string): Doc {
  const node = byId(doc, id);
  if (!node || !wanted.trim() || node.name === wanted) return doc;
  const old = node.name;
  const name = freeName(names(doc), wanted.trim());
  const connections: Connections = {};
  for (const [source, kinds] of Object.entries(doc.connections)) {
    connections[source === old ? name : source] = mapEnds(kinds, (end) => (end.node === old ? { ...end, node: name } : end));
  }
  const nodes = doc.nodes.map((each) => ({
    ...each,
    name: each.id === id ? name : each.name,
    parameters: refer(each.parameters, old, name) as Record<string, unknown>,
  }));
  const { [old]: pins, ...others } = (doc.pinData ?? {}) as Record<string, unknown>;
  return { ...doc, nodes, connections, ...(pins === undefined ? {} : { pinData: { ...others, [name]: pins } }) };
}

/** Takes nodes and the edges among them as a document of their own, for the clipboard. */
export function fragment(doc: Doc, ids: ReadonlySet<string>): { nodes: NodeJson[]; connections: Connections } {
  const nodes = doc.nodes.filter((node) => ids.has(node.id));
  const kept = new Set(nodes.map((node) => node.name));
  const some: Doc = {
    name: "",
    nodes,
    connections: Object.fromEntries(Object.entries(doc.connections).filter(([name]) => kept.has(name))),
  };
  return { nodes, connections: filterEnds(some, (_, __, ___, end) => kept.has(end.node)).connections };
}

/** Adds nodes of another document under free names, their middle at a place; gives the new ids too. */
export function paste(doc: Doc, given: Doc, at: [number, number]): { doc: Doc; ids: string[] } {
  const taken = names(doc);
  const renamed = new Map<string, string>();
  for (const node of given.nodes) {
    const name = freeName(taken, node.name);
    taken.add(name);
    renamed.set(node.name, name);
  }
  const left = Math.min(...given.nodes.map((node) => node.position[0]));
  const top = Math.min(...given.nodes.map((node) => node.position[1]));
  const nodes = given.nodes.map((node) => {
    let parameters: unknown = node.parameters;
    for (const [old, name] of renamed) if (old !== name) parameters = refer(parameters, old, name);
    return {
      ...node,
      id: newId(),
      name: renamed.get(node.name) ?? node.name,
      position: [Math.round(node.position[0] - left + at[0]), Math.round(node.position[1] - top + at[1])],
      parameters,
    } as NodeJson;
  });
  const connections = { ...doc.connections };
  for (const [source, kinds] of Object.entries(given.connections)) {
    const name = renamed.get(source);
    if (!name) continue;
    const known = mapEnds(kinds, (end) => (renamed.has(end.node) ? { ...end, node: renamed.get(end.node)! } : null));
    connections[name] = known;
  }
  return { doc: { ...doc, nodes: [...doc.nodes, ...nodes], connections }, ids: nodes.map((node) => node.id) };
}

type Keep = (source: string, kind: string, output: number, end: EdgeEnd) => boolean;

function filterEnds(doc: Doc, keep: Keep): Doc {
  const connections: Connections = {};
  for (const [source, kinds] of Object.entries(doc.connections)) {
    connections[source] = Object.fromEntries(
      Object.entries(kinds).map(([kind, outputs]) => [
        kind,
        outputs.map((ends, output) => ends && ends.filter((end) => keep(source, kind, output, end))),
      ]),
    );
  }
  return { ...doc, connections };
}

function mapEnds(kinds: Connections[string], map: (end: EdgeEnd) => EdgeEnd | null): Connections[string] {
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, outputs]) => [
      kind,
      outputs.map((ends) => ends && ends.map(map).filter((end): end is EdgeEnd => end !== null)),
    ]),
  );
}

/** Follows a renamed node in texts: `$('Old')`, `$node["Old"]`, `$items('Old'`, `$node.Old`. */
export function refer(value: unknown, old: string, name: string): unknown {
  if (typeof value === "string") {
    if (!value.includes(old)) return value;
    const quoted = old.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const calls = new RegExp(`(\\$(?:items|node)?\\s*[([]\\s*)(["'\`])${quoted}\\2`, "g");
    const written = value.replace(calls, (_, head: string, quote: string) => `${head}${quote}${name}${quote}`);
    if (!/^[A-Za-z_$][\w$]*$/.test(old)) return written;
    const after = /^[A-Za-z_$][\w$]*$/.test(name) ? `$node.${name}` : `$node[${JSON.stringify(name)}]`;
    return written.replace(new RegExp(`\\$node\\.${quoted}(?![\\w$])`, "g"), () => after);
  }
  if (Array.isArray(value)) return value.map((each) => refer(each, old, name));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, refer(each, old, name)]));
  }
  return value;
}
