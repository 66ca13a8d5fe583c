/** Live: what a workflow does in production now. Samples come as they are, counts are exact. */
import { create } from "zustand";
import { useSession } from "../shell/session";

export interface LiveEvent {
  type: string;
  execution: string;
  workflow: string;
  at: number;
  node?: string;
  status?: string;
  durationUs?: number;
  started?: number;
  error?: { message: string; node?: string | null };
}

export interface NodeCount {
  runs: number;
  failed: number;
  durationUs: number;
  items: number[];
}

interface Beat {
  events?: LiveEvent[];
  counts?: Record<string, { started: number; success: number; error: number; cancelled: number; nodes: Record<string, NodeCount> }>;
  skipped?: number;
  offsets?: Record<string, number>;
  problem?: { detail: string };
}

interface Live {
  workflow: string | null;
  paused: boolean;
  filter: string;
  ended: { success: number; error: number; cancelled: number };
  nodes: ReadonlyMap<string, NodeCount>;
  /** The latest sampled ends and failures, newest first. */
  recent: LiveEvent[];
  skipped: number;
  problem: string | null;
  start(workflow: string): void;
  stop(): void;
  pause(on: boolean): void;
  narrow(filter: string): void;
}

const RATE = 50;
const RECENT = 200;
const SHOW_EVERY_MS = 250;
const AGAIN_MS = 2_000;
const NOTHING = { ended: { success: 0, error: 0, cancelled: 0 }, nodes: new Map<string, NodeCount>(), recent: [], skipped: 0, problem: null };

let socket: WebSocket | null = null;
let since: Beat["offsets"];
let beats: Beat[] = [];
let timer = 0;

export const useLive = create<Live>((set, get) => ({
  workflow: null,
  paused: false,
  filter: "",
  ...NOTHING,

  start(workflow) {
    get().stop();
    set({ workflow, paused: false, filter: "", ...NOTHING });
    since = undefined;
    connect(workflow);
    timer = window.setInterval(show, SHOW_EVERY_MS);
  },

  stop() {
    clearInterval(timer);
    beats = [];
    set({ workflow: null });
    socket?.close();
    socket = null;
  },

  pause(paused) {
    set({ paused });
  },

  narrow(filter) {
    set({ filter });
  },
}));

function connect(workflow: string): void {
  const base = document.baseURI.replace(/[#?].*$/, "").replace(/\/[^/]*$/, "").replace(/^http/, "ws");
  const made = new WebSocket(`${base}/api/v1/live`);
  socket = made;
  made.onopen = () => made.send(JSON.stringify({ token: useSession.getState().token, workflow, rate: RATE, since }));
  made.onmessage = ({ data }) => {
    const beat = JSON.parse(String(data)) as Beat;
    since = beat.offsets ?? since;
    if (beat.problem) useLive.setState({ problem: beat.problem.detail });
    else beats.push(beat);
  };
  made.onclose = () => {
    const { workflow: wanted, problem } = useLive.getState();
    if (socket === made && wanted === workflow && !problem) setTimeout(() => wanted === useLive.getState().workflow && connect(workflow), AGAIN_MS);
  };
}

/** Takes what came since the last time into what is shown; while paused only counts go on. */
function show(): void {
  if (beats.length === 0) return;
  const taken = beats;
  beats = [];
  useLive.setState((state) => {
    const nodes = new Map(state.nodes);
    const ended = { ...state.ended };
    const fresh: LiveEvent[] = [];
    let skipped = state.skipped;
    for (const beat of taken) {
      skipped += beat.skipped ?? 0;
      fresh.push(...(beat.events ?? []));
      for (const counts of Object.values(beat.counts ?? {})) {
        ended.success += counts.success;
        ended.error += counts.error;
        ended.cancelled += counts.cancelled;
        for (const [name, more] of Object.entries(counts.nodes)) nodes.set(name, sum(nodes.get(name), more));
      }
    }
    const ends = fresh.filter((event) => event.type === "execution.finished").reverse();
    return { nodes, ended, skipped, recent: state.paused ? state.recent : [...ends, ...state.recent].slice(0, RECENT) };
  });
}

function sum(one: NodeCount | undefined, other: NodeCount): NodeCount {
  if (!one) return other;
  const [long, short] = one.items.length < other.items.length ? [other.items, one.items] : [one.items, other.items];
  return {
    runs: one.runs + other.runs,
    failed: one.failed + other.failed,
    durationUs: one.durationUs + other.durationUs,
    items: long.map((count, at) => count + (short[at] ?? 0)),
  };
}
