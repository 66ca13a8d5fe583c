/** The workflows: make, find, switch on and off, remove. */
import { ActionIcon, Badge, Button, Loader, Menu, Modal, Switch, Table, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Suspense, lazy, useCallback, useState } from "react";
import { call } from "../api/client";
import type { WorkflowSummary } from "../gen/api";
import { Icon } from "../shell/icons";
import { fail, say } from "../shell/notices";
import { go, href } from "../shell/route";
import { usePages } from "../shell/rows";
import { ago, moment } from "../shell/words";
import { Welcome } from "./Beginnings";
import { useBeginnings } from "./beginning";
import { TagFilter, Tagging, useTags } from "./Tags";
import { Uses } from "./Uses";
import { type Wanted, flip } from "./switch";

const Switching = lazy(() => import("./Switching"));

const PAGE = 50;
/** As long as there are no more, the beginnings are shown: a new Millrace has one, its greeting. */
const FEW = 1;

export default function WorkflowsPage() {
  const [search, setSearch] = useState("");
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const [doomed, setDoomed] = useState<WorkflowSummary | null>(null);
  const [tag, setTag] = useState<string | null>(null);
  const [tagged, setTagged] = useState<WorkflowSummary | null>(null);
  const { tags, look } = useTags();
  const { rows, more, refresh, next, replace } = useWorkflows(search, tag);
  const narrowed = search.trim() !== "" || tag !== null;
  return (
    <div className="page">
      <div className="page-head">
        <h1>Workflows</h1>
        <TextInput
          type="search"
          size="xs"
          w={260}
          aria-label="Search workflows"
          placeholder="Name, node or type"
          leftSection={<Icon name="search" size={14} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <TagFilter tags={tags} value={tag} choose={setTag} />
        <div className="bar-gap" />
        <Button size="xs" variant="default" leftSection={<Icon name="apps" size={14} />} onClick={() => useBeginnings.setState({ open: true })}>
          From an example
        </Button>
        <Button size="xs" leftSection={<Icon name="add" size={14} />} onClick={() => void create()}>
          New workflow
        </Button>
      </div>
      {rows === null && <Loader size="sm" />}
      {rows?.length === 0 && narrowed && <div className="page-note">No workflow has such a name or node.</div>}
      {rows && rows.length > 0 && <Rows rows={rows} replace={replace} ask={setWanted} remove={setDoomed} retag={setTagged} />}
      {more && (
        <Button variant="default" size="xs" mt="sm" onClick={next}>
          Show more
        </Button>
      )}
      {rows && rows.length <= FEW && !narrowed && <Welcome empty={rows.length === 0} />}
      <Uses search={search} />
      <Tagging row={tagged} tags={tags} close={() => setTagged(null)} done={(row) => (replace(row), look())} />
      {wanted && (
        <Suspense>
          <Switching {...wanted} close={() => setWanted(null)} replace={replace} />
        </Suspense>
      )}
      <Removal doomed={doomed} close={() => setDoomed(null)} removed={refresh} />
    </div>
  );
}

/** Makes an empty workflow and opens it. */
export async function create(): Promise<void> {
  try {
    const body = { name: "My workflow", nodes: [], connections: {}, settings: { executionOrder: "parallel" as const } };
    const made = await call("POST /api/v1/workflows", { body });
    go({ page: "editor", workflow: made.id });
  } catch (error) {
    fail(error);
  }
}

interface RowsProps {
  rows: WorkflowSummary[];
  replace(row: WorkflowSummary): void;
  /** Asks before what was not published yet goes live. */
  ask(wanted: Wanted): void;
  remove(row: WorkflowSummary): void;
  retag(row: WorkflowSummary): void;
}

function Rows({ rows, replace, ask, remove, retag }: RowsProps) {
  return (
    <Table highlightOnHover verticalSpacing={5} className="rows">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th w={110}>Active</Table.Th>
          <Table.Th w={180}>Changed</Table.Th>
          <Table.Th w={48} aria-label="More" />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.id} className="row-link" onClick={() => go({ page: "editor", workflow: row.id })}>
            <Table.Td>
              <a href={href({ page: "editor", workflow: row.id })}>{row.name}</a>
              {(row.tags ?? []).map((tag) => (
                <Badge key={tag} size="xs" variant="light" color="gray" ml={6}>
                  {tag}
                </Badge>
              ))}
            </Table.Td>
            <Table.Td onClick={(event) => event.stopPropagation()}>
              <Switch size="xs" aria-label={`${row.name} is active`} checked={row.active} onChange={() => void toggle(row, replace, ask)} />
            </Table.Td>
            <Table.Td title={moment(row.updatedAt)}>{ago(row.updatedAt)}</Table.Td>
            <Table.Td onClick={(event) => event.stopPropagation()}>
              <RowMenu row={row} remove={remove} retag={retag} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function RowMenu({ row, remove, retag }: Pick<RowsProps, "remove" | "retag"> & { row: WorkflowSummary }) {
  return (
    <Menu shadow="md" position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`More about ${row.name}`}>
          <Icon name="dots" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Icon name="list" />} onClick={() => go({ page: "executions", workflow: row.id })}>
          Executions
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="chart" />} onClick={() => go({ page: "dashboards", workflow: row.id })}>
          Dashboard
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="tag" />} onClick={() => retag(row)}>
          Tags
        </Menu.Item>
        <Menu.Item color="red" leftSection={<Icon name="trash" />} onClick={() => remove(row)}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

async function toggle(row: WorkflowSummary, replace: RowsProps["replace"], ask: RowsProps["ask"]): Promise<void> {
  try {
    const done = await flip(row);
    if ("row" in done) return ask(done);
    replace(done);
    say(done.active ? `${done.name} is active` : `${done.name} is not active any more`, "good");
  } catch (error) {
    fail(error);
  }
}

function Removal({ doomed, close, removed }: { doomed: WorkflowSummary | null; close(): void; removed(): void }) {
  const remove = async () => {
    if (!doomed) return;
    try {
      await call("DELETE /api/v1/workflows/{workflow}", { path: { workflow: doomed.id } });
      removed();
    } catch (error) {
      fail(error);
    }
    close();
  };
  return (
    <Modal opened={doomed !== null} onClose={close} title={`Delete “${doomed?.name}”?`} size="sm" centered>
      <p className="dim">Its triggers stop at once. Executions that run go on to their end.</p>
      <div className="modal-foot">
        <Button variant="default" size="xs" onClick={close}>
          Keep it
        </Button>
        <Button color="red" size="xs" data-autofocus onClick={() => void remove()}>
          Delete
        </Button>
      </div>
    </Modal>
  );
}

function useWorkflows(search: string, tag: string | null) {
  const [settled] = useDebouncedValue(search.trim(), 150);
  const read = useCallback(
    (cursor?: string) =>
      call("GET /api/v1/workflows", { query: { search: settled, tag: tag ?? undefined, cursor, limit: PAGE } }),
    [settled, tag],
  );
  const { setRows, ...pages } = usePages<WorkflowSummary>(read, fail);
  const replace = (row: WorkflowSummary) => setRows((before) => before?.map((each) => (each.id === row.id ? row : each)) ?? null);
  return { ...pages, replace };
}
