/** Commands: what can be asked for by name. Each page offers its own while it is shown. */
import { useEffect } from "react";
import { create } from "zustand";
import type { IconName } from "./icons";

export interface Command {
  id: string;
  label: string;
  keys?: string;
  icon: IconName;
  /** Shown only when searched for. */
  quiet?: boolean;
  run(): void;
}

interface Commands {
  open: boolean;
  /** Asked when the palette opens, so that it offers what is possible then. */
  sources: readonly (() => Command[])[];
}

export const useCommands = create<Commands>(() => ({ open: false, sources: [] }));

/** Offers commands while the calling component is shown. */
export function useOffer(source: () => Command[]): void {
  useEffect(() => {
    useCommands.setState((state) => ({ sources: [...state.sources, source] }));
    return () => useCommands.setState((state) => ({ sources: state.sources.filter((each) => each !== source) }));
  }, [source]);
}
