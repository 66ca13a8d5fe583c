/** The dashboard: what all workflows, or one, did lately; live. */
import { Loader, SegmentedControl } from "@mantine/core";
import { useMemo, useState } from "react";
import { reason } from "../api/client";
import { WorkflowSelect } from "../executions/WorkflowSelect";
import { useNames } from "../executions/names";
import { go } from "../shell/route";
import { duration, spent } from "../shell/words";
import { Chart } from "./Chart";
import { Lags, Nodes, Workflows } from "./Rankings";
import { type Figures, type Order, useFigures } from "./figures";
import "./dashboards.css";
import { count } from "../shell/formats";

const WINDOWS = [
  { label: "15 min", value: "15" },
  { label: "1 h", value: "60" },
  { label: "6 h", value: "360" },
  { label: "24 h", value: "1440" },
  { label: "7 d", value: "10080" },
];

export default function DashboardsPage({ workflow }: { workflow?: string }) {
  const [minutes, setMinutes] = useState("60");
  const [order, setOrder] = useState<Order>("slowest");
  const names = useNames();
  const { figures, failed } = useFigures(Number(minutes), workflow, order);
  return (
    <div className="page page-wide">
      <div className="page-head">
        <h1>Dashboard</h1>
        <WorkflowSelect names={names} value={workflow} choose={(chosen) => go({ page: "dashboards", workflow: chosen })} />
        <div className="bar-gap" />
        <SegmentedControl aria-label="Time" size="xs" data={WINDOWS} value={minutes} onChange={setMinutes} />
      </div>
      {failed !== null && <div className="page-note">The figures cannot be read: {reason(failed)}</div>}
      {!figures && failed === null && <Loader size="sm" />}
      {figures && (
        <>
          <Tiles figures={figures} />
          <Charts figures={figures} />
          <Nodes rows={figures.nodes} names={names} order={order} choose={setOrder} />
          {!workflow && <Workflows rows={figures.workflows} names={names} />}
          <Lags backlog={figures.backlog} />
        </>
      )}
    </div>
  );
}

function Tiles({ figures: { overview, backlog } }: { figures: Figures }) {
  const ended = overview.success + overview.error + overview.cancelled;
  const seconds = (overview.until - overview.since) / 1000;
  const behind = backlog.lags?.reduce((sum, each) => sum + each.behind, 0) ?? 0;
  const share = ended ? `${((100 * overview.success) / ended).toFixed(overview.error ? 1 : 0)} %` : "–";
  return (
    <dl className="tiles">
      <Tile label="Executions" value={count(overview.executions)} note={`${rate(overview.executions / seconds)} a second`} />
      <Tile label="Succeeded" value={share} note={`${count(overview.running)} still run or wait`} />
      <Tile label="Failed" value={count(overview.error)} bad={overview.error > 0} note={`${count(overview.cancelled)} stopped`} />
      <Tile label="Took (p95)" value={took(overview.took.p95)} note={`half of them ${took(overview.took.p50)} or less`} />
      <Tile label="Waiting in queues" value={count(behind)} note={`oldest task ${duration(1000 * (backlog.oldestTaskSeconds ?? 0))}`} />
    </dl>
  );
}

function Tile({ label, value, note, bad }: { label: string; value: string; note: string; bad?: boolean }) {
  return (
    <div className="tile">
      <dt>{label}</dt>
      <dd className={bad ? "tile-value tile-bad" : "tile-value"}>{value}</dd>
      <dd className="dim">{note}</dd>
    </div>
  );
}

function Charts({ figures: { throughput, latency } }: { figures: Figures }) {
  const bars = useMemo(
    () => [
      { label: "succeeded", colour: "--good", values: throughput.success, filled: true },
      { label: "failed", colour: "--bad", values: throughput.error, filled: true },
    ],
    [throughput],
  );
  const lines = useMemo(
    () => [
      { label: "p50", colour: "--flow", values: latency.p50 },
      { label: "p95", colour: "--transform", values: latency.p95 },
      { label: "p99", colour: "--warn", values: latency.p99 },
    ],
    [latency],
  );
  return (
    <div className="charts">
      <Chart title={`Executions per ${duration(1000 * throughput.bucketSeconds)}`} at={throughput.at} lines={bars} text={rate} />
      <Chart title="How long they took" at={latency.at} lines={lines} text={duration} />
    </div>
  );
}

function rate(value: number): string {
  return value >= 10 || Number.isInteger(value) ? count(Math.round(value)) : value.toFixed(value >= 0.1 ? 1 : 3);
}

function took(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : spent(value);
}
