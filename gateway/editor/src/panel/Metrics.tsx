/** Metrics: how a node did lately, as the statistics have it. */
import { Loader, SegmentedControl } from "@mantine/core";
import { useEffect, useState } from "react";
import { call } from "../api/client";
import { useDraft } from "../canvas/draft";
import { useRun } from "../executions/run";
import type { NodeFigures } from "../gen/api";
import { fail } from "../shell/notices";
import { duration } from "../shell/words";

const SPANS = [
  { value: "60", label: "Hour" },
  { value: "1440", label: "Day" },
  { value: "10080", label: "Week" },
];
const MOST_NODES = 500;

export function Metrics({ name }: { name: string }) {
  const drawn = useDraft((state) => state.workflow);
  const shown = useRun((state) => state.detail?.workflow);
  const workflow = drawn || shown;
  const [minutes, setMinutes] = useState("1440");
  const [found, setFound] = useState<NodeFigures | null | undefined>(undefined);
  useEffect(() => {
    if (!workflow) return;
    let dropped = false;
    const query = { workflow, from: Date.now() - Number(minutes) * 60_000, limit: MOST_NODES, order: "busiest" as const };
    call("GET /api/v1/statistics/nodes", { query }).then(({ data }) => dropped || setFound(data.find((each) => each.node === name) ?? null), fail);
    return () => {
      dropped = true;
    };
  }, [workflow, name, minutes]);
  return (
    <div className="form">
      <SegmentedControl size="xs" aria-label="Of the last" data={SPANS} value={minutes} onChange={setMinutes} />
      {found === undefined && <Loader size="xs" />}
      {found === null && <div className="dim">It did not run in that time.</div>}
      {found && <Figures of={found} />}
    </div>
  );
}

function Figures({ of }: { of: NodeFigures }) {
  const share = of.runs ? (100 * of.failed) / of.runs : 0;
  const ms = (value: number | null | undefined) => (value == null ? "–" : duration(value));
  const rows: [string, string][] = [
    ["Runs", of.runs.toLocaleString()],
    ["Failed", `${of.failed.toLocaleString()} (${share.toFixed(1)} %)`],
    ["Half are done in", ms(of.took.p50)],
    ["95 % are done in", ms(of.took.p95)],
    ["99 % are done in", ms(of.took.p99)],
    ["All of them took", ms(of.totalMs)],
  ];
  return (
    <>
      <dl className="figures">
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {of.lastError && (
        <div className="field-problem">
          Last failure: {of.lastError.message}
        </div>
      )}
    </>
  );
}
