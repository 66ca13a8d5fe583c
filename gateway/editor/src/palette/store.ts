/** The palette's state: whether it is open, and where what is chosen goes. */
import { create } from "zustand";
import type { Wire } from "../canvas/document";

export type Spot =
  | { kind: "free"; at?: [number, number] }
  | { kind: "after"; node: string; output: number; at?: [number, number] }
  | { kind: "before"; node: string; input: number; at?: [number, number] }
  | { kind: "wire"; wire: Wire };

export const usePalette = create<{ spot: Spot | null }>(() => ({ spot: null }));

export function openPalette(spot: Spot): void {
  usePalette.setState({ spot });
}

export function closePalette(): void {
  usePalette.setState({ spot: null });
}
