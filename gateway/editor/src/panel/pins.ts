/** Pinned data: what a node gives in runs by hand without running. It stands in the workflow, as n8n has it. */
import type { Doc } from "../canvas/document";
import type { Item } from "./data";

type Pins = Record<string, unknown[] | null | undefined>;

/** Gives what is pinned on a node, null where nothing is. */
export function pinned(doc: Doc, name: string): Item[] | null {
  const given = ((doc.pinData ?? {}) as Pins)[name];
  return Array.isArray(given) ? given.map(whole) : null;
}

/** Gives all pinned data of nodes that are there and switched on. */
export function allPinned(doc: Doc): Record<string, Item[]> {
  const found: Record<string, Item[]> = {};
  for (const node of doc.nodes) {
    const items = node.disabled ? null : pinned(doc, node.name);
    if (items) found[node.name] = items;
  }
  return found;
}

/** Pins items on a node, or takes them away. */
export function pin(doc: Doc, name: string, items: readonly Item[] | null): Doc {
  const { [name]: _, ...others } = (doc.pinData ?? {}) as Pins;
  return { ...doc, pinData: items ? { ...others, [name]: items.map(bare) } : others };
}

/** Reads an item that may be its JSON object alone. */
function whole(given: unknown): Item {
  const item = given as Item;
  return item && typeof item === "object" && ("json" in item || "binary" in item) ? item : { json: item as Item["json"] };
}

function bare(item: Item): Item {
  return { json: item.json ?? {}, ...(item.binary ? { binary: item.binary } : {}) };
}
