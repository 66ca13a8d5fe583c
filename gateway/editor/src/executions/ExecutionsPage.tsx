/** The executions: newest first, filtered, page by page. */
import { ActionIcon, Loader, Select, Table, TextInput, Tooltip } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useCallback, useEffect, useState } from "react";
import { call } from "../api/client";
import type { ExecutionSummary } from "../gen/api";
import { Icon } from "../shell/icons";
import { fail } from "../shell/notices";
import { go, href } from "../shell/route";
import { Older } from "../shell/rows";
import { STATUS, ago, moment, spent } from "../shell/words";
import { WorkflowSelect } from "./WorkflowSelect";
import { useNames } from "./names";
import { Status } from "./Status";

type State = ExecutionSummary["status"];

interface Filters {
  status: State | null;
  /** Minutes back from now. */
  minutes: string | null;
  node: string;
  search: string;
}

const EVER: Filters = { status: null, minutes: null, node: "", search: "" };
const TIMES = [
  { label: "last 15 min", value: "15" },
  { label: "last hour", value: "60" },
  { label: "last 24 h", value: "1440" },
  { label: "last 7 days", value: "10080" },
];
const PAGE = 50;
const LOOK_EVERY_MS = 3_000;

export default function ExecutionsPage({ workflow }: { workflow?: string }) {
  const [filters, setFilters] = useState(EVER);
  const [settled] = useDebouncedValue(filters, 250);
  const choose = (some: Partial<Filters>) => setFilters((before) => ({ ...before, ...some }));
  const names = useNames();
  const { rows, more, loading, refresh, next } = useExecutions(workflow, settled);
  return (
    <div className="page">
      <div className="page-head">
        <h1>Executions</h1>
        <WorkflowSelect names={names} value={workflow} choose={(chosen) => go({ page: "executions", workflow: chosen })} />
        <Select
          aria-label="Status"
          placeholder="Any status"
          size="xs"
          w={150}
          clearable
          data={Object.entries(STATUS).map(([value, label]) => ({ value, label }))}
          value={filters.status}
          onChange={(value) => choose({ status: value as State | null })}
        />
        <Select
          aria-label="Time"
          placeholder="Any time"
          size="xs"
          w={130}
          clearable
          data={TIMES}
          value={filters.minutes}
          onChange={(minutes) => choose({ minutes })}
        />
        <TextInput
          aria-label="Ran node"
          placeholder="Ran node"
          size="xs"
          w={130}
          value={filters.node}
          onChange={(event) => choose({ node: event.currentTarget.value })}
        />
        <TextInput
          type="search"
          aria-label="Search executions"
          placeholder="Output, error or id"
          size="xs"
          w={190}
          leftSection={<Icon name="search" size={14} />}
          value={filters.search}
          onChange={(event) => choose({ search: event.currentTarget.value })}
        />
        <Tooltip label="Look again">
          <ActionIcon variant="default" aria-label="Look again" onClick={refresh}>
            <Icon name="refresh" />
          </ActionIcon>
        </Tooltip>
        {loading && <Loader size="xs" />}
      </div>
      {rows && rows.length === 0 && <div className="page-note">No execution fits. Run a workflow, or call its webhook.</div>}
      {rows && rows.length > 0 && <Rows rows={rows} names={names} />}
      <Older more={more} next={next} />
    </div>
  );
}

function Rows({ rows, names }: { rows: ExecutionSummary[]; names: ReadonlyMap<string, string> }) {
  return (
    <Table highlightOnHover verticalSpacing={5} className="rows">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Status</Table.Th>
          <Table.Th>Workflow</Table.Th>
          <Table.Th>Started</Table.Th>
          <Table.Th>Took</Table.Th>
          <Table.Th>Node runs</Table.Th>
          <Table.Th>By</Table.Th>
          <Table.Th>Result</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => {
          const to = href({ page: "execution", workflow: row.workflow, execution: row.id });
          return (
            <Table.Tr key={row.id} className="row-link" onClick={() => (location.hash = to)}>
              <Table.Td>
                <Status of={row.status} />
              </Table.Td>
              <Table.Td>
                <a href={to}>{names.get(row.workflow) ?? row.workflow}</a>
              </Table.Td>
              <Table.Td title={moment(row.startedAt)}>{ago(row.startedAt)}</Table.Td>
              <Table.Td>{row.finishedAt ? spent(row.finishedAt - row.startedAt) : "–"}</Table.Td>
              <Table.Td>{row.runs ?? 0}</Table.Td>
              <Table.Td>{row.mode}</Table.Td>
              <Table.Td className="row-error">{row.error ? `${row.error.node ? `${row.error.node}: ` : ""}${row.error.message}` : ""}</Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}

function useExecutions(workflow: string | undefined, { status, minutes, node, search }: Filters) {
  const [rows, setRows] = useState<ExecutionSummary[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [paged, setPaged] = useState(false);
  const [loading, setLoading] = useState(false);
  const read = useCallback(
    (at?: string) => {
      const from = minutes ? Date.now() - Number(minutes) * 60_000 : undefined;
      const query = { workflow, status: status ?? undefined, from, node: node.trim(), search: search.trim(), cursor: at, limit: PAGE };
      return call("GET /api/v1/executions", { query });
    },
    [workflow, status, minutes, node, search],
  );
  const refresh = useCallback(() => {
    setLoading(true);
    let dropped = false;
    read()
      .then((page) => {
        if (dropped) return;
        setRows(page.data);
        setCursor(page.nextCursor);
        setPaged(false);
      }, fail)
      .finally(() => setLoading(false));
    return () => {
      dropped = true;
    };
  }, [read]);
  useEffect(refresh, [refresh]);
  useEffect(() => {
    // While only the first page is shown it keeps itself fresh; who reads older ones is not disturbed.
    if (paged) return;
    const timer = setInterval(() => {
      if (document.hidden) return;
      read().then((page) => (setRows(page.data), setCursor(page.nextCursor)), () => undefined);
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [read, paged]);
  const next = () => {
    if (!cursor) return;
    setPaged(true);
    read(cursor).then((page) => {
      setRows((before) => [...(before ?? []), ...page.data]);
      setCursor(page.nextCursor);
    }, fail);
  };
  return { rows, more: cursor !== null, loading, refresh, next };
}
