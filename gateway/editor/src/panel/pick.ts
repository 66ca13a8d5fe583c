/** The pick: which item of a node's input its expressions are tried on. */
import { create } from "zustand";

interface Pick {
  index: number;
  total: number;
  choose(index: number): void;
  /** Says how many there are to choose from. */
  among(total: number): void;
}

export const usePick = create<Pick>((set) => ({
  index: 0,
  total: 0,
  choose: (index) => set((state) => ({ index: Math.min(Math.max(index, 0), Math.max(state.total - 1, 0)) })),
  among: (total) => set((state) => ({ total, index: state.index < total ? state.index : 0 })),
}));
