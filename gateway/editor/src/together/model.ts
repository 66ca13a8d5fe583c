/** The shared model: a workflow as a Yjs document and back, as the gateway does it; every value is a JSON text. */
import * as Y from "yjs";
import { type Connections, type Doc, type NodeJson, normal } from "../canvas/document";

type Fields = ReadonlyMap<string, string>;
type Shared = Y.Map<string | Y.Text>;
type Wire = [source: string, kind: string, output: number, target: string, entry: string, index: number];

/** Keys of `meta` that begin so are no part of the workflow. */
export const MARK = "millrace.";
/** Names the version with which the document agreed last. */
export const DRAFT = `${MARK}draft`;
const PLACE = "millrace.place";
const PARAMETER = "parameters.";
/** Fields in which people write together letter by letter, as the gateway knows them. */
const TEXTS = new Set(
  ["jsCode", "pythonCode", "functionCode", "query", "html", "markdown", "content", "jsonOutput", "jsonBody"].map((name) => PARAMETER + name),
);
const OWN = new Set(["id", "active", "nodes", "connections"]);
const FIRST = ["parameters", "id", "name", "type", "typeVersion", "position"];

/** The three maps of a document. */
export class Model {
  readonly meta: Y.Map<string>;
  readonly nodes: Y.Map<Shared>;
  readonly wires: Y.Map<string>;
  private readonly seen = new Map<string, { text: string; node: NodeJson }>();

  constructor(readonly ydoc: Y.Doc) {
    this.meta = ydoc.getMap("meta");
    this.nodes = ydoc.getMap("nodes");
    this.wires = ydoc.getMap("wires");
  }

  /** The version with which the document agreed last. */
  get agreed(): string {
    return String(parse(this.meta.get(DRAFT) ?? "null"));
  }

  /** Writes what differs between two states of a workflow; everything else stays as others have it. */
  write(before: Doc, after: Doc): void {
    this.writeMeta(before, after);
    this.writeNodes(before, after);
    this.writeWires(before, after);
  }

  /** Gives the workflow; nodes that did not change are the same objects as before. `own` keeps what is not shared. */
  read(own: Partial<Doc>): Doc {
    const raw: Record<string, unknown> = { id: own.id, active: own.active };
    for (const [key, text] of this.meta) if (!key.startsWith(MARK)) raw[key] = parse(text);
    const whole = [...this.nodes].filter(([, fields]) => fields.has("type") && fields.has("name"));
    const order = whole
      .map(([id, fields]) => ({ id, fields, place: Number(parse(said(fields.get(PLACE) ?? "0"))) || 0 }))
      .sort((one, other) => one.place - other.place || (one.id < other.id ? -1 : 1));
    const taken = new Set<string>();
    const names = new Map<string, string>();
    for (const { id, fields } of order) names.set(id, free(taken, String(parse(said(fields.get("name")!)))));
    const nodes = order.map(({ id, fields }) => this.node(id, names.get(id)!, fields));
    return normal({ ...raw, nodes, connections: this.connections(names) });
  }

  private node(id: string, name: string, fields: Shared): NodeJson {
    const texts = [...fields].filter(([field]) => field !== PLACE).map(([field, value]) => [field, said(value)] as const).sort(([one], [other]) => (one < other ? -1 : 1));
    const text = JSON.stringify([name, texts]);
    const before = this.seen.get(id);
    if (before?.text === text) return before.node;
    const parameters: Record<string, unknown> = {};
    const found: Record<string, unknown> = { parameters };
    for (const [field, value] of texts) {
      if (field.startsWith(PARAMETER)) parameters[field.slice(PARAMETER.length)] = parse(value);
      else found[field] = parse(value);
    }
    Object.assign(found, { id, name });
    const keys = [...FIRST.filter((key) => key in found), ...Object.keys(found).filter((key) => !FIRST.includes(key)).sort()];
    const node = Object.fromEntries(keys.map((key) => [key, found[key]])) as unknown as NodeJson;
    this.seen.set(id, { text, node });
    return node;
  }

  private connections(names: ReadonlyMap<string, string>): Connections {
    const connections: Connections = {};
    const wires = [...this.wires].map(([text, place]) => ({ text, place: Number(place) || 0 }));
    wires.sort((one, other) => one.place - other.place || (one.text < other.text ? -1 : 1));
    for (const { text } of wires) {
      const [source, kind, output, target, type, index] = parse(text) as Wire;
      const [from, node] = [names.get(source), names.get(target)];
      if (from === undefined || node === undefined) continue;
      const outputs = ((connections[from] ??= {})[kind] ??= []);
      while (outputs.length <= output) outputs.push([]);
      outputs[output]!.push({ node, type, index });
    }
    return connections;
  }

  private writeMeta(before: Doc, after: Doc): void {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      if (OWN.has(key)) continue;
      put(this.meta, key, text(before[key]), text(after[key]));
    }
  }

  private writeNodes(before: Doc, after: Doc): void {
    const old = new Map(before.nodes.map((node) => [node.id, node]));
    for (const node of after.nodes) {
      const known = old.get(node.id);
      old.delete(node.id);
      if (known === node) continue;
      let fields = this.nodes.get(node.id);
      if (!fields) {
        fields = new Y.Map();
        this.nodes.set(node.id, fields);
        fields.set(PLACE, String(after.nodes.indexOf(node)));
      }
      const [was, is] = [known ? fieldsOf(known) : new Map<string, string>(), fieldsOf(node)];
      for (const field of new Set([...was.keys(), ...is.keys()])) putField(fields, field, was.get(field), is.get(field));
    }
    for (const id of old.keys()) this.nodes.delete(id);
  }

  private writeWires(before: Doc, after: Doc): void {
    if (before.connections === after.connections && before.nodes.length === after.nodes.length) return;
    const [was, is] = [wiresOf(before), wiresOf(after)];
    for (const wire of was.keys()) if (!is.has(wire)) this.wires.delete(wire);
    for (const [wire, place] of is) if (!was.has(wire)) this.wires.set(wire, String(place));
  }
}

const known = new WeakMap<NodeJson, Fields>();

function fieldsOf(node: NodeJson): Fields {
  let fields = known.get(node);
  if (!fields) {
    const { id: _, parameters, ...rest } = node;
    const named = Object.entries(parameters).map(([name, value]) => [`${PARAMETER}${name}`, value] as const);
    const texts = [...Object.entries(rest), ...named].map(([field, value]) => [field, text(value)] as const);
    fields = new Map(texts.filter((each): each is [string, string] => each[1] !== undefined));
    known.set(node, fields);
  }
  return fields;
}

function wiresOf(doc: Doc): Map<string, number> {
  const ids = new Map(doc.nodes.map((node) => [node.name, node.id]));
  const found = new Map<string, number>();
  for (const [source, kinds] of Object.entries(doc.connections)) {
    for (const [kind, outputs] of Object.entries(kinds)) {
      outputs.forEach((ends, output) => {
        for (const end of ends ?? []) {
          const [from, to] = [ids.get(source), ids.get(end.node)];
          if (from === undefined || to === undefined) continue;
          found.set(JSON.stringify([from, kind, output, to, end.type ?? "main", end.index ?? 0]), found.size);
        }
      });
    }
  }
  return found;
}

/** Gives a value as JSON text, also one in which people write together. */
function said(value: string | Y.Text): string {
  return typeof value === "string" ? value : JSON.stringify(value.toString());
}

function putField(fields: Shared, field: string, before: string | undefined, after: string | undefined): void {
  if (before === after) return;
  const text = after !== undefined && TEXTS.has(field) ? parse(after) : undefined;
  if (typeof text !== "string") return put(fields as Y.Map<string>, field, before, after);
  const known = fields.get(field);
  if (known instanceof Y.Text) splice(known, text);
  else fields.set(field, new Y.Text(text));
}

/** Makes a shared text say something else by one small change, so that what others write beside it stays. */
function splice(known: Y.Text, text: string): void {
  const before = known.toString();
  const [start, end] = alike(before, text);
  if (before.length - end > start) known.delete(start, before.length - end - start);
  if (text.length - end > start) known.insert(start, text.slice(start, text.length - end));
}

/** Counts the characters with which both begin, and those with which both end after that. */
export function alike(one: string, other: string): [start: number, end: number] {
  const most = Math.min(one.length, other.length);
  let start = 0;
  while (start < most && one[start] === other[start]) start++;
  let end = 0;
  while (end < most - start && one[one.length - 1 - end] === other[other.length - 1 - end]) end++;
  return [start, end];
}

function put(map: Y.Map<string>, key: string, before: string | undefined, after: string | undefined): void {
  if (before === after) return;
  if (after === undefined) map.delete(key);
  else map.set(key, after);
}

function text(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Finds a name that no other node has, as the gateway does. */
function free(taken: Set<string>, wanted: string): string {
  let name = wanted;
  for (let at = 1; taken.has(name); at++) name = `${wanted}${at}`;
  taken.add(name);
  return name;
}
