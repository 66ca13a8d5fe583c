/** Extracting: selected nodes become a workflow of their own, and one node that calls it takes their place. */
import {
  type Doc,
  type NodeJson,
  type Wire,
  addNode,
  connect,
  fragment,
  freeName,
  names,
  newId,
  removeNodes,
  wires,
} from "./document";

/** A field that the new workflow asks for, and the expression that gives it where it is called. */
export interface Input {
  name: string;
  from: string;
}

export interface Extraction {
  child: Doc;
  /** Fields that the nodes read of what comes in. */
  read: Input[];
  /** Fields of nodes that stay outside. They make a contract of fields necessary. */
  outer: Input[];
  entry: Wire | null;
  exit: Wire | null;
}

export const TRIGGER = "When Executed by Another Workflow";
const PREFIX = "n8n-nodes-base.";
const FIELD = String.raw`(?:\.([A-Za-z_$][\w$]*)|\[(["'])([^"'\]]+)\2\])`;

/** Says what would become of the selection, or why it cannot be a workflow of its own. */
export function extraction(doc: Doc, ids: ReadonlySet<string>, name: string, starts: (node: NodeJson) => boolean): Extraction | string {
  const part = fragment(doc, ids);
  const inside = new Set(part.nodes.map((node) => node.name));
  const start = part.nodes.find(starts);
  if (start) return `“${start.name}” starts the workflow, and has to stay.`;
  const all = wires(doc);
  const [into, out] = [all.filter((wire) => !inside.has(wire.source) && inside.has(wire.target)), all.filter((wire) => inside.has(wire.source) && !inside.has(wire.target))];
  const wrong = shape(part.nodes, all, into, out);
  if (wrong) return wrong;
  const outside = doc.nodes.filter((node) => !ids.has(node.id));
  const reader = outside.find((node) => part.nodes.some((each) => refers(node.parameters, each.name)));
  if (reader) return `“${reader.name}” reads what one of these nodes gave; select it too, or hand the data on.`;
  const trigger = freeName(inside, TRIGGER);
  const taken = takeOuter(part.nodes, outside, trigger);
  if (typeof taken === "string") return taken;
  const beginning = into[0] ?? { target: roots(part.nodes, all)[0]!.name, input: 0 };
  const child = childOf(doc, name, { nodes: taken.nodes, connections: part.connections }, trigger, beginning);
  const read = fieldsRead(part.nodes).map((field) => ({ name: field, from: `={{ $json[${JSON.stringify(field)}] }}` }));
  return { child, read, outer: taken.outer, entry: into[0] ?? null, exit: out[0] ?? null };
}

/** Declares what the new workflow takes: the fields, or with null whatever comes. */
export function declared(child: Doc, fields: readonly Input[] | null): Doc {
  const parameters = fields
    ? { inputSource: "workflowInputs", workflowInputs: { values: fields.map((field) => ({ name: field.name, type: "any" })) } }
    : { inputSource: "passthrough" };
  return { ...child, nodes: child.nodes.map((node, at) => (at === 0 ? { ...node, parameters } : node)) };
}

/** Puts the calling node where the extracted ones were; gives its id too. */
export function replaced(doc: Doc, ids: ReadonlySet<string>, found: Extraction, workflow: string, fields: readonly Input[] | null): { doc: Doc; id: string } {
  const name = freeName(names(doc), found.child.name);
  const value = fields && Object.fromEntries(fields.map((field) => [field.name, field.from]));
  const places = doc.nodes.filter((node) => ids.has(node.id)).map((node) => node.position);
  const node: NodeJson = {
    id: newId(),
    name,
    type: `${PREFIX}executeWorkflow`,
    typeVersion: 1.2,
    position: [Math.min(...places.map(([x]) => x)), Math.min(...places.map(([, y]) => y))],
    parameters: {
      workflowId: { __rl: true, mode: "list", value: workflow, cachedResultName: found.child.name },
      workflowInputs: { mappingMode: "defineBelow", value: value ?? {} },
      options: {},
    },
  };
  const part = new Set(doc.nodes.filter((each) => ids.has(each.id)).map((each) => each.name));
  const all = wires(doc);
  let next = addNode(removeNodes(doc, ids), node);
  for (const wire of all) {
    const [from, to] = [part.has(wire.source), part.has(wire.target)];
    if (to && !from) next = connect(next, { ...wire, target: name, input: 0 });
    if (from && !to) next = connect(next, { ...wire, source: name, output: 0 });
  }
  return { doc: next, id: node.id };
}

function shape(nodes: NodeJson[], all: Wire[], into: Wire[], out: Wire[]): string | null {
  const entries = new Set(into.map((wire) => JSON.stringify([wire.target, wire.input])));
  if (entries.size > 1) return "Data comes in at more than one place; a sub-workflow has one beginning.";
  const exits = new Set(out.map((wire) => JSON.stringify([wire.source, wire.output])));
  if (exits.size > 1) return "Data goes out at more than one place; a sub-workflow gives what its last node gives.";
  if (out[0] && out[0].output > 0) return `Data goes out by another output of “${out[0].source}” than its first.`;
  const real = nodes.filter((node) => !node.type.endsWith("stickyNote"));
  if (real.length === 0) return "Select at least one node.";
  const first = roots(nodes, all);
  if (into.length === 0 && first.length !== 1) return "These nodes do not hang together: there is more than one beginning.";
  const stray = first.find((node) => into.length > 0 && node.name !== into[0]!.target);
  if (stray) return `Nothing leads to “${stray.name}” from where the data comes in.`;
  const names = new Set(real.map((node) => node.name));
  const ends = real.filter((node) => !all.some((wire) => wire.source === node.name && names.has(wire.target)));
  const beside = out[0] ? ends.find((node) => node.name !== out[0]!.source) : undefined;
  if (beside) return `“${beside.name}” ends beside the way out, so nobody could say which one is last.`;
  return null;
}

function roots(nodes: NodeJson[], all: Wire[]): NodeJson[] {
  const inside = new Set(nodes.map((node) => node.name));
  return nodes.filter((node) => !node.type.endsWith("stickyNote") && !all.some((wire) => wire.target === node.name && inside.has(wire.source)));
}

function childOf(doc: Doc, name: string, part: Pick<Doc, "nodes" | "connections">, trigger: string, beginning: Pick<Wire, "target" | "input">): Doc {
  const first = part.nodes.find((node) => node.name === beginning.target)!;
  const node: NodeJson = {
    id: newId(),
    name: trigger,
    type: `${PREFIX}executeWorkflowTrigger`,
    typeVersion: 1.1,
    position: [first.position[0] - 220, first.position[1]],
    parameters: { inputSource: "passthrough" },
  };
  const whole: Doc = { name, nodes: [node, ...part.nodes], connections: part.connections, settings: doc.settings };
  return connect(whole, { source: trigger, output: 0, target: beginning.target, input: beginning.input });
}

/** Turns what the nodes read of others that stay into fields of what comes in. */
function takeOuter(nodes: NodeJson[], outside: NodeJson[], trigger: string): { nodes: NodeJson[]; outer: Input[] } | string {
  const fields = new Map<string, string>();
  const own = new Set(fieldsRead(nodes));
  let taken: unknown = nodes.map((node) => node.parameters);
  for (const node of outside) {
    taken = mapTexts(taken, (text) =>
      text.replace(reading(node.name), (found: string, call: string, dotted: string | undefined, _: string, quoted: string | undefined) => {
        const field = dotted ?? quoted ?? "";
        const from = `={{ ${found} }}`;
        const known = [...fields].find(([, each]) => each === from)?.[0];
        const name = known ?? freeName(new Set([...own, ...fields.keys()]), field);
        fields.set(name, from);
        const how = call.includes("first()") || call.includes("last()") ? "first()" : "item";
        return `$(${JSON.stringify(trigger).replaceAll('"', "'")}).${how}.json[${JSON.stringify(name).replaceAll('"', "'")}]`;
      }),
    );
    if (refers(taken, node.name)) return `One of these nodes reads “${node.name}”, which stays outside, in a way that no field can stand for.`;
  }
  const parameters = taken as NodeJson["parameters"][];
  return {
    nodes: nodes.map((node, at) => ({ ...node, parameters: parameters[at]! })),
    outer: [...fields].map(([name, from]) => ({ name, from })),
  };
}

function reading(name: string): RegExp {
  const quoted = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const call = `\\$\\((?:"${quoted}"|'${quoted}'|\`${quoted}\`)\\)\\.(?:item|first\\(\\)|last\\(\\))\\.json`;
  const old = `\\$node\\[(?:"${quoted}"|'${quoted}')\\]\\.json`;
  return new RegExp(`(${call}|${old})${FIELD}`, "g");
}

function refers(value: unknown, name: string): boolean {
  const quoted = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const calls = new RegExp(`\\$(?:items|node)?\\s*[([]\\s*(["'\`])${quoted}\\1|\\$node\\.${quoted}(?![\\w$])`);
  let found = false;
  mapTexts(value, (text) => {
    found ||= calls.test(text);
    return text;
  });
  return found;
}

function fieldsRead(nodes: readonly NodeJson[]): string[] {
  const found = new Set<string>();
  const reads = new RegExp(`\\$json${FIELD}`, "g");
  mapTexts(
    nodes.map((node) => node.parameters),
    (text) => {
      for (const [, dotted, , quoted] of text.matchAll(reads)) found.add(dotted ?? quoted ?? "");
      return text;
    },
  );
  return [...found];
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, map));
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, map)]));
  return value;
}
