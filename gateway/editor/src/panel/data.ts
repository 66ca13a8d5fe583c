/** The data of a node: what came in and what went out, per run, in the execution that is shown. */
import type { NodeRunDetail } from "../gen/api";
import type { Runs } from "../executions/run";
import { type Doc, wires } from "../canvas/document";
import { pinned } from "./pins";

export interface Item {
  json?: Record<string, unknown>;
  binary?: Record<string, unknown> | null;
  [key: string]: unknown;
}

/** Where the server has items: one output of one run of a node. */
export interface Place {
  execution: string;
  node: string;
  run: number;
  output: number;
}

export interface Stream {
  /** Where the items come from or go to: a node's name, or an output's. */
  label: string;
  /** How a parameter reaches the node's items: null where it is the input itself. */
  node: string | null;
  /** How many there are; null where nothing is known. */
  total: number | null;
  /** Where to read them, unless they are at hand. */
  place: Place | null;
  items: Item[] | null;
  pinned?: boolean;
}

/** What is shown: the document, and the runs of one execution. */
export interface Shown {
  doc: Doc;
  execution: string | null;
  runs: Runs;
}

/** Gives what a run of a node gave, per output; what is pinned comes before what it gave. */
export function outputsOf(shown: Shown, name: string, run: NodeRunDetail | undefined, names: readonly string[]): Stream[] {
  const pins = pinned(shown.doc, name);
  if (pins) return [{ label: names[0] ?? "0", node: null, total: pins.length, place: null, items: pins, pinned: true }];
  const count = Math.max(names.length, run?.counts?.length ?? 0, 1);
  return Array.from({ length: count }, (_, at) => stream(shown, names[at] ?? String(at), null, run, at));
}

/** Gives what came into a run of a node; before it ever ran, what the nodes before it gave last. */
export function inputsOf(shown: Shown, name: string, run: NodeRunDetail | undefined): Stream[] {
  const sources = (run?.sources ?? []).map(source).filter((each): each is Source => each !== null);
  if (sources.length) return sources.map((each) => arriving(shown, each));
  const seen = new Map<string, Stream>();
  for (const wire of wires(shown.doc)) {
    if (wire.target !== name) continue;
    const key = `${wire.source} ${wire.output}`;
    if (!seen.has(key)) seen.set(key, arriving(shown, { node: wire.source, output: wire.output, run: null }));
  }
  return [...seen.values()];
}

interface Source {
  node: string;
  output: number;
  /** Null: its last one. */
  run: number | null;
}

function arriving(shown: Shown, { node, output, run }: Source): Stream {
  const pins = pinned(shown.doc, node);
  if (pins && output === 0) return { label: node, node, total: pins.length, place: null, items: pins, pinned: true };
  const runs = shown.runs.get(node);
  return stream(shown, node, node, run === null ? runs?.at(-1) : runs?.find((each) => each.run === run), output);
}

function stream(shown: Shown, label: string, node: string | null, run: NodeRunDetail | undefined, output: number): Stream {
  if (!run || !shown.execution) return { label, node, total: null, place: null, items: null };
  const total = run.counts?.[output] ?? 0;
  const given = Array.isArray(run.outputs) ? ((run.outputs as (Item[] | null)[])[output] ?? []) : null;
  const place = { execution: shown.execution, node: run.node, run: run.run, output };
  return { label, node, total: given?.length ?? total, place: given || total === 0 ? null : place, items: given ?? (total === 0 ? [] : null) };
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

/** Names the fields of items, in the order in which they first come. */
export function columns(items: readonly Item[]): string[] {
  const found = new Set<string>();
  for (const item of items) for (const key of Object.keys(item.json ?? {})) found.add(key);
  return [...found];
}

/** Writes the expression that reads a field: of the input, or of a node further back. */
export function reading(path: readonly (string | number)[], node: string | null): string {
  const steps = path.map((step) => {
    if (typeof step === "number") return `[${step}]`;
    return /^[A-Za-z_$][\w$]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  });
  return node === null ? `{{ $json${steps.join("")} }}` : `{{ $(${JSON.stringify(node)}).item.json${steps.join("")} }}`;
}
