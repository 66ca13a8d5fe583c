/** The figures of a dashboard: read together, and again every few seconds while somebody looks. */
import { useEffect, useState } from "react";
import { call } from "../api/client";
import type { Backlog, Latency, NodeFigures, Overview, Throughput, WorkflowFigures } from "../gen/api";

export type Order = "slowest" | "failing" | "busiest";

export interface Figures {
  overview: Overview;
  throughput: Throughput;
  latency: Latency;
  nodes: NodeFigures[];
  workflows: WorkflowFigures[];
  backlog: Backlog;
}

const LOOK_EVERY_MS = 5_000;

export function useFigures(minutes: number, workflow: string | undefined, order: Order) {
  const [figures, setFigures] = useState<Figures | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  useEffect(() => {
    const leaving = new AbortController();
    let timer = 0;
    const look = async () => {
      try {
        if (!document.hidden) setFigures(await read(minutes, workflow, order, leaving.signal));
        setFailed(null);
      } catch (error) {
        if (leaving.signal.aborted) return;
        setFailed(error);
      }
      timer = window.setTimeout(look, LOOK_EVERY_MS);
    };
    void look();
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [minutes, workflow, order]);
  return { figures, failed };
}

async function read(minutes: number, workflow: string | undefined, order: Order, signal: AbortSignal): Promise<Figures> {
  const to = Date.now();
  const query = { from: to - minutes * 60_000, to, workflow };
  const [overview, throughput, latency, nodes, workflows, backlog] = await Promise.all([
    call("GET /api/v1/statistics/overview", { query, signal }),
    call("GET /api/v1/statistics/throughput", { query, signal }),
    call("GET /api/v1/statistics/latency", { query, signal }),
    call("GET /api/v1/statistics/nodes", { query: { ...query, order, limit: 15 }, signal }),
    call("GET /api/v1/statistics/workflows", { query: { ...query, limit: 15 }, signal }),
    call("GET /api/v1/statistics/lag", { signal }),
  ]);
  return { overview, throughput, latency, nodes: nodes.data, workflows: workflows.data, backlog };
}
