/** The run: the one execution that the canvas shows, live while it goes on. */
import { create } from "zustand";
import { ApiError, call } from "../api/client";
import type { ExecutionDetail, NodeRunDetail } from "../gen/api";

export type Runs = ReadonlyMap<string, readonly NodeRunDetail[]>;

interface Run {
  execution: string | null;
  detail: ExecutionDetail | null;
  byNode: Runs;
  /** A start was asked for, or the execution has not ended. */
  going: boolean;
  start(workflow: string, node?: string): Promise<void>;
  stop(): Promise<void>;
  /** Shows an execution, and follows it to its end. */
  watch(execution: string): Promise<void>;
  /** Hears of a node run while it happens (from a listening stream). */
  hear(execution: string, run: NodeRunDetail): void;
  clear(): void;
}

const LOOK_EVERY_MS = 200;
const PATIENCE_MS = 20_000;
const OVER = new Set(["success", "error", "cancelled"]);
const NOTHING = { execution: null, detail: null, byNode: new Map(), going: false };

export const useRun = create<Run>((set, get) => ({
  ...NOTHING,

  async start(workflow, node) {
    set({ ...NOTHING, going: true });
    try {
      const asked = await call("POST /api/v1/executions", { body: { workflow, node } });
      await get().watch(asked.execution);
    } catch (error) {
      set({ going: false });
      throw error;
    }
  },

  async stop() {
    const { execution } = get();
    if (execution) await call("POST /api/v1/executions/{execution}/stop", { path: { execution } });
  },

  async watch(execution) {
    set((state) => (state.execution === execution ? { going: true } : { ...NOTHING, execution, going: true }));
    const until = Date.now() + PATIENCE_MS;
    while (get().execution === execution) {
      const detail = await look(execution, Date.now() < until);
      const over = detail !== null && OVER.has(detail.status);
      if (get().execution !== execution) return;
      if (detail) set({ detail, byNode: group(detail.nodeRuns ?? []), going: !over });
      if (over) return;
      await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
    }
  },

  hear(execution, run) {
    set((state) => {
      const known = state.execution === execution ? state.byNode : new Map<string, readonly NodeRunDetail[]>();
      const runs = [...(known.get(run.node) ?? []).filter((each) => each.run !== run.run), run];
      const detail = state.execution === execution ? state.detail : null;
      return { execution, detail, going: true, byNode: new Map([...known, [run.node, runs]]) };
    });
  },

  clear: () => set(NOTHING),
}));

/** Reads an execution; one that began a moment ago may not be in the history yet. */
async function look(execution: string, patient: boolean): Promise<ExecutionDetail | null> {
  try {
    return await call("GET /api/v1/executions/{execution}", { path: { execution }, query: { outputs: false } });
  } catch (error) {
    if (patient && error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

function group(runs: readonly NodeRunDetail[]): Runs {
  const found = new Map<string, NodeRunDetail[]>();
  for (const run of runs) found.set(run.node, [...(found.get(run.node) ?? []), run]);
  return found;
}
