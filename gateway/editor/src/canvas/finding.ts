/** What stands in the parameters of nodes: where a text occurs. */
import type { Doc, NodeJson } from "./document";

export interface Hit {
  node: NodeJson;
  /** Where in the node's parameters. */
  path: string;
  /** What stands around it. */
  text: string;
}

const AROUND = 24;

/** Lists the places in parameters where a text stands, no matter how it is written large or small. */
export function hits(doc: Doc, query: string): Hit[] {
  const wanted = query.trim().toLowerCase();
  if (!wanted) return [];
  const found: Hit[] = [];
  const look = (node: NodeJson, value: unknown, path: string): void => {
    if (Array.isArray(value)) return value.forEach((each, at) => look(node, each, `${path}[${at}]`));
    if (value && typeof value === "object") {
      for (const [key, each] of Object.entries(value)) look(node, each, path ? `${path}.${key}` : key);
      return;
    }
    const text = String(value ?? "");
    const at = text.toLowerCase().indexOf(wanted);
    if (at < 0) return;
    const from = Math.max(0, at - AROUND);
    const cut = text.slice(from, at + wanted.length + AROUND).replace(/\s+/g, " ");
    found.push({ node, path, text: `${from > 0 ? "…" : ""}${cut}` });
  };
  for (const node of doc.nodes) look(node, node.parameters, "");
  return found;
}
