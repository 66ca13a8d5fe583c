/** Standing: how each node stands to the run that is shown: at work now, changed since, or pinned. */
import { useMemo } from "react";
import { create } from "zustand";
import { type Doc, wires } from "../canvas/document";
import { useDraft } from "../canvas/draft";
import { allPinned } from "../panel/pins";
import { changedNodes, withFollowers } from "./part";
import { type Runs, useRun } from "./run";

interface Standing {
  working: ReadonlySet<string>;
  /** What it gave no longer holds: it, or something before it, is another now. */
  stale: ReadonlySet<string>;
  pinned: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

export const useStanding = create<Standing>(() => ({ working: NONE, stale: NONE, pinned: NONE }));

/** Keeps the standing of the open document; changes come together, a moment later. */
export function followStanding(): () => void {
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    timer = window.setTimeout(reckon, 30);
  };
  const stops = [useDraft.subscribe(later), useRun.subscribe(later)];
  later();
  return () => {
    clearTimeout(timer);
    stops.forEach((stop) => stop());
    useStanding.setState({ working: NONE, stale: NONE, pinned: NONE });
  };
}

function reckon(): void {
  const { doc, fixed } = useDraft.getState();
  const { ran, byNode, going, execution } = useRun.getState();
  const pinned = doc && !fixed ? new Set(Object.keys(allPinned(doc))) : NONE;
  const stale = doc && ran && execution && !going ? withFollowers(doc, changedNodes(ran, doc)) : NONE;
  const working = doc && going ? atWork(doc, byNode) : NONE;
  useStanding.setState((state) => ({ pinned: same(state.pinned, pinned), stale: same(state.stale, stale), working: same(state.working, working) }));
}

/** Names the nodes that something came to after they ran last. */
export function atWork(doc: Doc, runs: Runs): Set<string> {
  const last = (name: string) => runs.get(name)?.at(-1)?.seq ?? -1;
  const found = new Set<string>();
  for (const wire of wires(doc)) {
    const came = (runs.get(wire.source) ?? []).filter((run) => (run.counts?.[wire.output] ?? 0) > 0).at(-1);
    if (came && came.seq > last(wire.target)) found.add(wire.target);
  }
  return found;
}

function same(before: ReadonlySet<string>, now: ReadonlySet<string>): ReadonlySet<string> {
  return before.size === now.size && [...now].every((name) => before.has(name)) ? before : now;
}

/** Gives the standing of one node, as words for its card. */
export function useStandingOf(name: string): string {
  const working = useStanding((state) => state.working.has(name));
  const stale = useStanding((state) => state.stale.has(name));
  const pinned = useStanding((state) => state.pinned.has(name));
  return useMemo(() => [working && "working", stale && "stale", pinned && "pinned"].filter(Boolean).join(" "), [working, stale, pinned]);
}
