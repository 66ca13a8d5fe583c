/** The run: the one execution that the canvas shows, live while it goes on. */
import { create } from "zustand";
import { ApiError, call } from "../api/client";
import type { Doc } from "../canvas/document";
import { useDraft } from "../canvas/draft";
import type { ExecutionDetail, NodeRunDetail, StartBody } from "../gen/api";
import { allPinned } from "../panel/pins";
import { type Heard, closeLine, hearOf, lineOffsets, openLine } from "./line";
import { type Part, changedNodes } from "./part";

export type Runs = ReadonlyMap<string, readonly NodeRunDetail[]>;

interface Run {
  execution: string | null;
  detail: ExecutionDetail | null;
  byNode: Runs;
  /** The document as it was when it ran; null where that is not known. */
  ran: Doc | null;
  /** A start was asked for, or the execution has not ended. */
  going: boolean;
  /** Starts the draft as it is saved, or a part of it that takes over what is known and still holds. */
  start(workflow: string, part?: Part): Promise<void>;
  stop(): Promise<void>;
  /** Shows an execution, and follows it to its end. */
  watch(execution: string): Promise<void>;
  /** Hears of a node run while it happens. */
  hear(execution: string, runs: readonly NodeRunDetail[]): void;
  clear(): void;
}

type Offsets = ReturnType<typeof lineOffsets>;

/** How often the history is asked where the line says nothing. */
const LOOK_EVERY_MS = 700;
const PATIENCE_MS = 20_000;
const OVER = new Set(["success", "error", "cancelled"]);
const NOTHING = { execution: null, detail: null, byNode: new Map(), ran: null, going: false };
let since: Offsets;

export const useRun = create<Run>((set, get) => ({
  ...NOTHING,

  async start(workflow, part = {}) {
    const doc = useDraft.getState().doc;
    const body = starting(workflow, part, get());
    set({ ...NOTHING, ran: doc, going: true });
    try {
      await openLine();
      since = lineOffsets();
      const asked = await call("POST /api/v1/executions", { body });
      await get().watch(asked.execution);
    } catch (error) {
      set({ going: false });
      throw error;
    } finally {
      since = undefined;
    }
  },

  async stop() {
    const { execution } = get();
    if (execution) await call("POST /api/v1/executions/{execution}/stop", { path: { execution } });
  },

  async watch(execution) {
    set((state) => (state.execution === execution ? { going: true } : { ...NOTHING, ran: state.going ? state.ran : null, execution, going: true }));
    let wake = () => undefined as void;
    if (since) hearOf(execution, since, (events) => heard(execution, events) && wake());
    const until = Date.now() + PATIENCE_MS;
    while (get().execution === execution) {
      // What is heard comes before what is read, and is enough for who waits for the end.
      if (since) await pause(LOOK_EVERY_MS, (now) => (wake = now));
      if (since && !get().going) return void settle(execution, until);
      const detail = await look(execution, Date.now() < until);
      if (get().execution !== execution) return;
      if (detail) read(detail);
      if (detail && OVER.has(detail.status)) return;
      if (!since) await pause(LOOK_EVERY_MS, (now) => (wake = now));
    }
  },

  hear(execution, runs) {
    const fresh = get().execution !== execution;
    const known = fresh ? new Map<string, readonly NodeRunDetail[]>() : get().byNode;
    set({ execution, detail: fresh ? null : get().detail, going: true, byNode: merged(known, runs), ran: fresh ? useDraft.getState().doc : get().ran });
  },

  clear() {
    closeLine();
    set(NOTHING);
  },
}));

function starting(workflow: string, part: Part, { execution, ran, going, detail }: Run): StartBody {
  const { doc } = useDraft.getState();
  const body: StartBody = { workflow, ...part, pinned: doc ? (allPinned(doc) as StartBody["pinned"]) : {} };
  const partial = part.destination !== undefined || part.node !== undefined;
  if (partial && doc && ran && execution && !going && detail) {
    body.reuse = { execution, dirty: [...changedNodes(ran, doc)].filter((name) => doc.nodes.some((node) => node.name === name)) };
  } else if (part.node !== undefined && part.destination === undefined) {
    body.node = part.node;
  }
  return body;
}

/** Takes in what happened; says whether it was the end. */
function heard(execution: string, events: readonly Heard[]): boolean {
  const runs = events.filter((event) => event.type === "node.finished").map(runOf);
  const end = events.find((event) => event.type === "execution.finished");
  useRun.setState((state) => {
    if (state.execution !== execution) return state;
    const byNode = runs.length ? merged(state.byNode, runs) : state.byNode;
    if (!end) return { byNode };
    const { status, version, workflow, at, started, mode, error, node } = end;
    const known = { id: execution, workflow, version, mode: mode ?? "manual", startedAt: started ?? at, finishedAt: at };
    const detail: ExecutionDetail = { ...known, ...state.detail, status: (status ?? "success") as ExecutionDetail["status"], error: error ?? null, node };
    return { byNode, detail, going: false };
  });
  return end !== undefined;
}

/** Reads the whole of what was heard, when the history has it; the first to know were those who listened. */
async function settle(execution: string, until: number): Promise<void> {
  while (useRun.getState().execution === execution && Date.now() < until) {
    const detail = await look(execution, true).catch(() => null);
    if (useRun.getState().execution !== execution) return;
    if (detail && OVER.has(detail.status) && (detail.nodeRuns?.length ?? 0) >= (detail.runs ?? 0)) return read(detail);
    await pause(LOOK_EVERY_MS);
  }
}

function read(detail: ExecutionDetail): void {
  const over = OVER.has(detail.status);
  const runs = detail.nodeRuns ?? [];
  const whole = over && runs.length >= (detail.runs ?? 0);
  useRun.setState((state) => ({ detail, byNode: merged(whole ? new Map() : state.byNode, runs), going: !over }));
}

function pause(ms: number, early?: (now: () => void) => void): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, ms);
    early?.(done);
  });
}

/** Reads an execution; one that began a moment ago may not be in the history yet. */
async function look(execution: string, patient: boolean): Promise<ExecutionDetail | null> {
  try {
    return await call("GET /api/v1/executions/{execution}", { path: { execution }, query: { outputs: false } });
  } catch (error) {
    if (patient && error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

/** Adds runs to those that are known, the newer knowledge of a run in place of the older. */
function merged(known: Runs, runs: readonly NodeRunDetail[]): Runs {
  const found = new Map(known);
  const touched = new Map<string, Map<number, NodeRunDetail>>();
  for (const run of runs) {
    let mine = touched.get(run.node);
    if (!mine) {
      mine = new Map((known.get(run.node) ?? []).map((each) => [each.run, each]));
      touched.set(run.node, mine);
    }
    const before = mine.get(run.run);
    mine.set(run.run, before?.outputs && !run.outputs ? { ...run, outputs: before.outputs } : run);
  }
  for (const [name, mine] of touched) found.set(name, [...mine.values()].sort((one, other) => one.run - other.run));
  return found;
}

function runOf(event: Heard): NodeRunDetail {
  const { node, nodeType, run, seq, status, at, durationUs, attempt, counts, sources, error } = event;
  return {
    node: node ?? "",
    type: nodeType ?? "",
    run: run ?? 0,
    seq: seq ?? 0,
    status: status ?? "success",
    startedAt: at - (durationUs ?? 0) / 1000,
    durationUs: durationUs ?? 0,
    attempt: attempt ?? 0,
    counts: counts ?? [],
    outputs: null,
    sources: sources ?? [],
    error: error ?? null,
  };
}

/** Puts runs together by their nodes. */
export function group(runs: readonly NodeRunDetail[]): Runs {
  return merged(new Map(), runs);
}
