/** The tour: whether somebody is shown around, and at which step. */
import { create } from "zustand";

interface TourState {
  open: boolean;
  at: number;
}

export const useTour = create<TourState>(() => ({ open: false, at: 0 }));

export function startTour(): void {
  useTour.setState({ open: true, at: 0 });
}

export function endTour(): void {
  useTour.setState({ open: false });
}
