/** Rankings: nodes, workflows and queues, what matters most first. */
import { SegmentedControl, Table } from "@mantine/core";
import type { ReactNode } from "react";
import type { Backlog, NodeFigures, Percentiles, WorkflowFigures } from "../gen/api";
import { href } from "../shell/route";
import { duration, spent } from "../shell/words";
import type { Order } from "./figures";
import { count as written } from "../shell/formats";

type Names = ReadonlyMap<string, string>;

const ORDERS: { label: string; value: Order }[] = [
  { label: "Slowest", value: "slowest" },
  { label: "Failing", value: "failing" },
  { label: "Busiest", value: "busiest" },
];

interface NodesProps {
  rows: readonly NodeFigures[];
  names: Names;
  order: Order;
  choose(order: Order): void;
}

export function Nodes({ rows, names, order, choose }: NodesProps) {
  const control = (
    <SegmentedControl aria-label="Order of nodes" size="xs" data={ORDERS} value={order} onChange={(value) => choose(value as Order)} />
  );
  return (
    <Ranking title="Nodes" control={control} empty={rows.length === 0}>
      <Head columns={["Node", "Workflow", "Runs", "Failed", "p50", "p95", "p99", "Last error"]} />
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={`${row.workflow} ${row.node}`}>
            <Table.Td>
              {row.node} <span className="dim small">{row.type}</span>
            </Table.Td>
            <Table.Td>
              <a href={href({ page: "editor", workflow: row.workflow })}>{names.get(row.workflow) ?? row.workflow}</a>
            </Table.Td>
            <Table.Td>{written(row.runs)}</Table.Td>
            <Failures count={row.failed} of={row.runs} />
            <Times took={row.took} />
            <Table.Td className="row-error" title={row.lastError?.message}>
              {row.lastError?.message}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Ranking>
  );
}

export function Workflows({ rows, names }: { rows: readonly WorkflowFigures[]; names: Names }) {
  return (
    <Ranking title="Workflows" empty={rows.length === 0}>
      <Head columns={["Workflow", "Executions", "Failed", "p50", "p95", "p99", "Look at"]} />
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.workflow}>
            <Table.Td>
              <a href={href({ page: "dashboards", workflow: row.workflow })}>{names.get(row.workflow) ?? row.workflow}</a>
            </Table.Td>
            <Table.Td>{written(row.executions)}</Table.Td>
            <Failures count={row.error} of={row.executions} />
            <Times took={row.took} write={spent} />
            <Table.Td>
              <a href={href({ page: "executions", workflow: row.workflow })}>executions</a>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Ranking>
  );
}

export function Lags({ backlog }: { backlog: Backlog }) {
  const rows = (backlog.lags ?? []).filter((each) => each.behind > 0).sort((one, other) => other.behind - one.behind);
  return (
    <Ranking title="Queues" empty={rows.length === 0} nothing="Nothing waits: every record is worked off.">
      <Head columns={["Topic", "Group", "Records behind"]} />
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={`${row.group} ${row.topic}`}>
            <Table.Td>{row.topic}</Table.Td>
            <Table.Td>{row.group}</Table.Td>
            <Table.Td>{written(row.behind)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Ranking>
  );
}

interface RankingProps {
  title: string;
  control?: ReactNode;
  empty: boolean;
  nothing?: string;
  children: ReactNode;
}

function Ranking({ title, control, empty, nothing = "Nothing ran in this time.", children }: RankingProps) {
  return (
    <section className="ranking" aria-label={title}>
      <div className="ranking-head">
        <h2>{title}</h2>
        {control}
      </div>
      {empty ? <p className="dim">{nothing}</p> : <Table verticalSpacing={5} className="rows">{children}</Table>}
    </section>
  );
}

function Head({ columns }: { columns: readonly string[] }) {
  return (
    <Table.Thead>
      <Table.Tr>
        {columns.map((column) => (
          <Table.Th key={column}>{column}</Table.Th>
        ))}
      </Table.Tr>
    </Table.Thead>
  );
}

function Failures({ count, of }: { count: number; of: number }) {
  const share = count ? ` (${((100 * count) / of).toFixed(1)} %)` : "";
  return <Table.Td className={count ? "figure-bad" : undefined}>{`${written(count)}${share}`}</Table.Td>;
}

function Times({ took, write = duration }: { took: Percentiles; write?(ms: number): string }) {
  const text = (value: number | null | undefined) => (value === null || value === undefined ? "–" : write(value));
  return (
    <>
      <Table.Td>{text(took.p50)}</Table.Td>
      <Table.Td>{text(took.p95)}</Table.Td>
      <Table.Td>{text(took.p99)}</Table.Td>
    </>
  );
}
