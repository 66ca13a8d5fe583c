/** The selection: nodes and edges by id, and which node's panel is open. */
import { create } from "zustand";

interface Selection {
  nodes: ReadonlySet<string>;
  edges: ReadonlySet<string>;
  /** The node whose panel is open. */
  panel: string | null;
  /** The node whose name is being written on the canvas. */
  renaming: string | null;
  select(nodes: Iterable<string>, edges?: Iterable<string>): void;
  openPanel(id: string | null): void;
  rename(id: string | null): void;
}

export const useSelection = create<Selection>((set) => ({
  nodes: new Set(),
  edges: new Set(),
  panel: null,
  renaming: null,
  select: (nodes, edges = []) => set({ nodes: new Set(nodes), edges: new Set(edges) }),
  openPanel: (panel) => set(panel ? { panel, nodes: new Set([panel]), edges: new Set() } : { panel }),
  rename: (renaming) => set({ renaming }),
}));
