/** The data of a node: what came in and what went out, per run, in the execution that is shown. */
import type { NodeRunDetail } from "../gen/api";
import type { Runs } from "../executions/run";
import { type Doc, wires } from "../canvas/document";

export interface Item {
  json?: Record<string, unknown>;
  binary?: Record<string, unknown> | null;
  [key: string]: unknown;
}

export interface Stream {
  /** Where the items come from or go to: a node's name, or an output's. */
  label: string;
  /** How a parameter reaches the node's items: null where it is the input itself. */
  node: string | null;
  items: Item[] | null;
}

/** Gives what a run of a node gave, per output. */
export function outputsOf(run: NodeRunDetail | undefined, names: readonly string[]): Stream[] {
  const outputs = Array.isArray(run?.outputs) ? (run.outputs as (Item[] | null)[]) : null;
  const count = Math.max(names.length, outputs?.length ?? 0);
  return Array.from({ length: count }, (_, at) => ({
    label: names[at] ?? String(at),
    node: null,
    items: run ? (outputs ? (outputs[at] ?? []) : null) : null,
  }));
}

/** Gives what came into a run of a node; before it ever ran, what the nodes before it gave last. */
export function inputsOf(doc: Doc, name: string, run: NodeRunDetail | undefined, runs: Runs): Stream[] {
  const into = wires(doc).filter((wire) => wire.target === name);
  const sources = (run?.sources ?? []).map(source).filter((each): each is Source => each !== null);
  if (sources.length) {
    return sources.map(({ node, output, run: at }) => {
      const found = runs.get(node)?.find((each) => each.run === at);
      return { label: node, node, items: itemsAt(found, output) };
    });
  }
  const seen = new Set<string>();
  return into.flatMap((wire) => {
    const key = `${wire.source} ${wire.output}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ label: wire.source, node: wire.source, items: itemsAt(runs.get(wire.source)?.at(-1), wire.output) }];
  });
}

interface Source {
  node: string;
  output: number;
  run: number;
}

/** Reads a source in either of its forms: `["Set", 0, 0]` or `{"node": "Set"}`; defaults are left out. */
function source(given: unknown): Source | null {
  if (Array.isArray(given)) return { node: String(given[0]), output: Number(given[1] ?? 0), run: Number(given[2] ?? 0) };
  if (given && typeof given === "object") {
    const { node, output, run } = given as Partial<Source>;
    return node ? { node, output: output ?? 0, run: run ?? 0 } : null;
  }
  return null;
}

function itemsAt(run: NodeRunDetail | undefined, output: number): Item[] | null {
  if (!run || !Array.isArray(run.outputs)) return null;
  return (run.outputs as (Item[] | null)[])[output] ?? [];
}

/** Names the fields of items, in the order in which they first come. */
export function columns(items: readonly Item[]): string[] {
  const found = new Set<string>();
  for (const item of items) for (const key of Object.keys(item.json ?? {})) found.add(key);
  return [...found];
}

/** Writes the expression that reads a field: of the input, or of a node further back. */
export function reading(field: string, node: string | null): string {
  const path = /^[A-Za-z_$][\w$]*$/.test(field) ? `.${field}` : `[${JSON.stringify(field)}]`;
  return node === null ? `{{ $json${path} }}` : `{{ $(${JSON.stringify(node)}).item.json${path} }}`;
}
