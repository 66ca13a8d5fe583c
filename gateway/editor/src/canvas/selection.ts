/** The selection: nodes and edges by id, and which node's panel is open. */
import { create } from "zustand";
import { byId } from "./document";
import { useDraft } from "./draft";
import { isNote } from "./graph";

interface Selection {
  nodes: ReadonlySet<string>;
  edges: ReadonlySet<string>;
  /** The node whose panel is open. */
  panel: string | null;
  /** The node whose name is being written on the canvas. */
  renaming: string | null;
  /** The note whose text is being written on the canvas. */
  writing: string | null;
  select(nodes: Iterable<string>, edges?: Iterable<string>): void;
  openPanel(id: string | null): void;
  rename(id: string | null): void;
  write(id: string | null): void;
}

export const useSelection = create<Selection>((set) => ({
  nodes: new Set(),
  edges: new Set(),
  panel: null,
  renaming: null,
  writing: null,
  select: (nodes, edges = []) => set({ nodes: new Set(nodes), edges: new Set(edges) }),
  openPanel: (panel) => set(panel ? { panel, nodes: new Set([panel]), edges: new Set() } : { panel }),
  rename: (renaming) => set({ renaming }),
  write: (writing) => set({ writing }),
}));

/** Opens a node: its panel, or where it is a note, its text. */
export function openNode(id: string): void {
  const { doc, fixed } = useDraft.getState();
  const node = doc && byId(doc, id);
  if (!node || !isNote(node)) useSelection.getState().openPanel(id);
  else if (!fixed) useSelection.getState().write(id);
}
