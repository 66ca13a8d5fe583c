/** Marks: how each node and edge of a comparison differs, by id, for the canvas to show. */
import { create } from "zustand";

export type Mark = "added" | "removed" | "changed" | "moved";

interface Marks {
  nodes: ReadonlyMap<string, Mark>;
  edges: ReadonlyMap<string, Mark>;
}

const NONE: ReadonlyMap<string, Mark> = new Map();

export const useMarks = create<Marks>(() => ({ nodes: NONE, edges: NONE }));

export function clearMarks(): void {
  useMarks.setState({ nodes: NONE, edges: NONE });
}
