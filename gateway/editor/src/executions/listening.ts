/** Listening: the test addresses of the draft are open as long as this stream is held. */
import { create } from "zustand";
import { send } from "../api/client";
import { jsonLines } from "../api/lines";
import type { NodeRunDetail } from "../gen/api";
import { useRun } from "./run";

interface Listening {
  urls: string[];
  open: boolean;
  start(workflow: string): Promise<void>;
  stop(): void;
}

interface Line {
  listening?: string[];
  execution?: string;
  eventType?: string;
  aggregateId?: string;
  payload?: Record<string, unknown>;
}

let held: AbortController | null = null;

export const useListening = create<Listening>((set, get) => ({
  urls: [],
  open: false,

  async start(workflow) {
    get().stop();
    const mine = new AbortController();
    held = mine;
    set({ open: true, urls: [] });
    try {
      const answer = await send("POST /api/v1/workflows/{workflow}/listen", { path: { workflow }, signal: mine.signal });
      for await (const line of jsonLines(answer)) take(line as Line, set);
    } catch (error) {
      if (!mine.signal.aborted) throw error;
    } finally {
      if (held === mine) {
        held = null;
        set({ open: false, urls: [] });
      }
    }
  },

  stop() {
    held?.abort();
    held = null;
    set({ open: false, urls: [] });
  },
}));

function take(line: Line, set: (part: Partial<Listening>) => void): void {
  if (line.listening) set({ urls: line.listening });
  else if (line.eventType === "node.finished" && line.aggregateId) {
    useRun.getState().hear(line.aggregateId, [nodeRun(line.payload ?? {})]);
  } else if (line.eventType === "execution.finished" && line.aggregateId) {
    void useRun.getState().watch(line.aggregateId);
  }
}

function nodeRun(payload: Record<string, unknown>): NodeRunDetail {
  const text = (key: string) => String(payload[key] ?? "");
  const number = (key: string) => Number(payload[key] ?? 0);
  return {
    node: text("node"),
    type: text("node_type"),
    run: number("run"),
    seq: number("seq"),
    status: text("status") || "success",
    startedAt: number("at"),
    durationUs: number("duration_us"),
    attempt: number("attempt"),
    counts: (payload.counts as number[] | undefined) ?? [],
    outputs: payload.outputs ?? null,
    sources: (payload.sources as unknown[] | undefined) ?? [],
    error: (payload.error as NodeRunDetail["error"]) ?? null,
  };
}
