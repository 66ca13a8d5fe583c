/** Node types: what a workflow can be made of, and which ports a node has. */
import { create } from "zustand";
import type { NodeSpec } from "../gen/api";
import type { NodeJson } from "../canvas/document";
import { call } from "./client";

export interface Ports {
  inputs: number;
  outputs: string[];
  problem?: string | null;
}

interface NodeTypes {
  types: ReadonlyMap<string, NodeSpec>;
  loaded: boolean;
  /** Ports of nodes that have them by their parameters. */
  computed: ReadonlyMap<string, Ports>;
  load(): Promise<void>;
  /** Asks for the ports of those nodes whose ports are not known yet. */
  compute(nodes: readonly NodeJson[]): void;
}

const asked = new Set<string>();

export const useNodeTypes = create<NodeTypes>((set, get) => ({
  types: new Map(),
  loaded: false,
  computed: new Map(),

  async load() {
    const { data } = await call("GET /api/v1/node-types");
    set({ types: new Map(data.map((spec) => [spec.name, spec])), loaded: true });
  },

  compute(nodes) {
    const { types, computed } = get();
    const wanted = nodes.filter((node) => {
      const key = portsKey(node);
      return isDynamic(types.get(shortType(node.type))) && !computed.has(key) && !asked.has(key);
    });
    if (wanted.length === 0) return;
    const keys = wanted.map(portsKey);
    keys.forEach((key) => asked.add(key));
    const body = {
      nodes: wanted.map(({ type, typeVersion, parameters }) => ({ type, typeVersion: typeVersion ?? 1, parameters })),
    };
    call("POST /api/v1/node-types/ports", { body }).then(
      ({ data }) => set((state) => ({ computed: new Map([...state.computed, ...keys.map((key, at) => [key, data[at]!] as const)]) })),
      () => keys.forEach((key) => asked.delete(key)),
    );
  },
}));

/** `n8n-nodes-base.set`, `millrace.set` and `set` are one type. */
export function shortType(type: string): string {
  return type.replace(/^(n8n-nodes-base|millrace)\./, "");
}

export function specOf(types: ReadonlyMap<string, NodeSpec>, node: NodeJson): NodeSpec | undefined {
  return types.get(shortType(node.type));
}

export function portsKey(node: NodeJson): string {
  return JSON.stringify([shortType(node.type), node.typeVersion ?? 1, node.parameters]);
}

/** Gives a node's ports, as far as they are known, its error output included. */
export function portsOf(
  spec: NodeSpec | undefined,
  node: NodeJson,
  computed: ReadonlyMap<string, Ports>,
  before?: Ports,
): Ports {
  const known = isDynamic(spec) ? computed.get(portsKey(node)) : undefined;
  const inputs = typeof spec?.inputs === "number" ? spec.inputs : (known?.inputs ?? before?.inputs ?? 1);
  const outputs = Array.isArray(spec?.outputs) ? spec.outputs : (known?.outputs ?? before?.outputs ?? ["main"]);
  const all = node.onError === "continueErrorOutput" && known !== undefined === isDynamic(spec) ? [...outputs, "error"] : outputs;
  return { inputs, outputs: all, problem: known?.problem };
}

function isDynamic(spec: NodeSpec | undefined): boolean {
  return spec !== undefined && (typeof spec.inputs === "string" || typeof spec.outputs === "string");
}
