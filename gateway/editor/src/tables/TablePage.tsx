/** One data table: its rows by the page, written and removed, and its columns. */
import { ActionIcon, Button, FileButton, Loader, Menu, Table } from "@mantine/core";
import { useCallback, useEffect, useRef, useState } from "react";
import { call, reason } from "../api/client";
import type { DataTable, TableChangeBody } from "../gen/api";
import { Icon } from "../shell/icons";
import { fail, say } from "../shell/notices";
import { href } from "../shell/route";
import { RemoveCell, Trouble } from "../shell/rows";
import { plural } from "../shell/words";
import { AddingColumn, Naming, Sure, Writing } from "./Dialogs";
import { Filters } from "./Filters";
import { bringCsv, saveCsv } from "./files";
import { type Condition, type Sorting, queryOf } from "./query";
import { type Row, asText } from "./values";
import "./tables.css";

const PAGE = 50;

/** What a dialog is open for. */
type Asked = { what: "column" } | { what: "name" } | { what: "label"; column: string } | { what: "write"; row: Row | null } | { what: "row"; row: Row } | { what: "drop"; column: string };

export function TablePage({ id }: { id: string }) {
  const [conditions, narrow] = useState<Condition[]>([]);
  const [sorting, sort] = useState<Sorting>({ column: "id", descending: false });
  const { table, rows, failed, offset, next, turn, refresh } = useRows(id, conditions, sorting);
  const [asked, ask] = useState<Asked | null>(null);
  return (
    <div className="page">
      <div className="page-head">
        <h1>
          <a href={href({ page: "tables" })} className="dim">
            Data tables
          </a>{" "}
          / {table?.name ?? "…"}
        </h1>
        {table && (
          <ActionIcon variant="subtle" color="gray" aria-label="Rename the table" onClick={() => ask({ what: "name" })}>
            <Icon name="note" size={15} />
          </ActionIcon>
        )}
        <div className="bar-gap" />
        {table && <Csv table={table} done={refresh} />}
        <Button size="xs" variant="default" leftSection={<Icon name="add" size={14} />} disabled={!table} onClick={() => ask({ what: "column" })}>
          New column
        </Button>
        <Button size="xs" leftSection={<Icon name="add" size={14} />} disabled={!table?.columns.length} onClick={() => ask({ what: "write", row: null })}>
          New row
        </Button>
      </div>
      <Trouble of={failed} />
      {!failed && (!table || !rows) && <Loader size="sm" aria-label="Looking" />}
      {table?.columns.length === 0 && <div className="page-note">It has no column yet: begin with one.</div>}
      {table && table.columns.length > 0 && <Filters columns={table.columns} conditions={conditions} change={narrow} />}
      {table && rows && table.columns.length > 0 && <Grid table={table} rows={rows} ask={ask} sorting={sorting} sort={sort} />}
      {rows?.length === 0 && table && table.columns.length > 0 && (
        <div className="page-note">{conditions.length ? "No row is like that." : "There is no row yet."}</div>
      )}
      {(offset > 0 || next !== null) && (
        <nav className="turning" aria-label="Pages of rows">
          <Button size="xs" variant="default" disabled={offset === 0} onClick={() => turn(Math.max(offset - PAGE, 0))}>
            Before
          </Button>
          <span className="dim">
            rows {offset + 1} to {offset + (rows?.length ?? 0)}
          </span>
          <Button size="xs" variant="default" disabled={next === null} onClick={() => next !== null && turn(next)}>
            After
          </Button>
        </nav>
      )}
      {table && asked && <Dialog table={table} asked={asked} close={() => ask(null)} done={refresh} />}
    </div>
  );
}

function Dialog({ table, asked, close, done }: { table: DataTable; asked: Asked; close(): void; done(): void }) {
  const path = { table: table.id };
  const patch = (body: TableChangeBody) => call("PATCH /api/v1/data-tables/{table}", { path, body }).then(() => (close(), done()), fail);
  if (asked.what === "name") return <Naming title="Rename the table" old={table.name} close={close} named={(name) => void patch({ name })} />;
  if (asked.what === "label") {
    const old = asked.column;
    return <Naming title={`Rename the column “${old}”`} old={old} close={close} named={(to) => void patch({ rename: [{ column: old, to }] })} />;
  }
  if (asked.what === "column") return <AddingColumn table={table} close={close} done={done} />;
  if (asked.what === "write") return <Writing table={table} row={asked.row} close={close} done={done} />;
  if (asked.what === "drop") {
    const run = () => call("PATCH /api/v1/data-tables/{table}", { path, body: { remove: [asked.column] } }).then(done, fail);
    return (
      <Sure title={`Remove the column “${asked.column}”?`} word="Remove" close={close} run={run}>
        What its rows hold in it is gone.
      </Sure>
    );
  }
  const conditions = [{ column: "id", value: asked.row.id }];
  const run = () => call("POST /api/v1/data-tables/{table}/rows", { path, body: { kind: "delete", conditions } }).then(done, fail);
  return (
    <Sure title={`Delete row ${asText(asked.row.id)}?`} word="Delete" close={close} run={run}>
      It cannot be taken back.
    </Sure>
  );
}

interface GridProps {
  table: DataTable;
  rows: readonly Row[];
  ask(asked: Asked): void;
  sorting: Sorting;
  sort(sorting: Sorting): void;
}

function Grid({ table, rows, ask, sorting, sort }: GridProps) {
  const sorted = (name: string) => (sorting.column !== name ? "none" : sorting.descending ? "descending" : "ascending");
  return (
    <div className="table-wide" tabIndex={0} role="region" aria-label={`Rows of ${table.name}`}>
      <Table highlightOnHover verticalSpacing={5} className="rows">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={70} aria-sort={sorted("id")}>
              <SortButton name="id" sorting={sorting} sort={sort} />
            </Table.Th>
            {table.columns.map((column) => (
              <Table.Th key={column.name} aria-sort={sorted(column.name)}>
                <span className="column-head">
                  <SortButton name={column.name} sorting={sorting} sort={sort} /> <span className="dim">{column.type}</span>
                  <ColumnMenu
                    name={column.name}
                    rename={() => ask({ what: "label", column: column.name })}
                    drop={() => ask({ what: "drop", column: column.name })}
                  />
                </span>
              </Table.Th>
            ))}
            <Table.Th w={48} aria-label="Delete" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={asText(row.id)} className="row-link" onClick={() => ask({ what: "write", row })}>
              <Table.Td>
                <button type="button" className="row-button" aria-label={`Row ${asText(row.id)}`}>
                  {asText(row.id)}
                </button>
              </Table.Td>
              {table.columns.map((column) => (
                <Table.Td key={column.name} className="row-value">
                  {row[column.name] === null ? <span className="dim">–</span> : asText(row[column.name])}
                </Table.Td>
              ))}
              <RemoveCell label={`Delete row ${asText(row.id)}`} remove={() => ask({ what: "row", row })} />
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

/** Sorts by a column; once more, the other way round. */
function SortButton({ name, sorting, sort }: { name: string; sorting: Sorting; sort(sorting: Sorting): void }) {
  const mine = sorting.column === name;
  return (
    <button type="button" className="sort-button" title="Sort by it" onClick={() => sort({ column: name, descending: mine && !sorting.descending })}>
      {name}
      <span aria-hidden>{mine ? (sorting.descending ? " ↓" : " ↑") : ""}</span>
    </button>
  );
}

/** Rows as a file, and a file as rows. */
function Csv({ table, done }: { table: DataTable; done(): void }) {
  const bring = (file: File | null) => {
    if (file) bringCsv(table, file).then((count) => (say(`${plural(count, "row")} came in`, "good"), done()), fail);
  };
  return (
    <>
      <FileButton accept=".csv,text/csv" onChange={bring}>
        {(props) => (
          <Button {...props} size="xs" variant="default" disabled={!table.columns.length}>
            Import CSV
          </Button>
        )}
      </FileButton>
      <Button size="xs" variant="default" onClick={() => void saveCsv(table).catch(fail)}>
        Export CSV
      </Button>
    </>
  );
}

function ColumnMenu({ name, rename, drop }: { name: string; rename(): void; drop(): void }) {
  return (
    <Menu shadow="md" position="bottom-end">
      <Menu.Target>
        <ActionIcon size="sm" variant="subtle" color="gray" aria-label={`More about ${name}`}>
          <Icon name="dots" size={14} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Icon name="note" />} onClick={rename}>
          Rename the column
        </Menu.Item>
        <Menu.Item color="red" leftSection={<Icon name="trash" />} onClick={drop}>
          Remove the column
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function useRows(id: string, conditions: readonly Condition[], sorting: Sorting) {
  const [table, setTable] = useState<DataTable | null>(null);
  const [rows, setRows] = useState<Row[] | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [offset, setOffset] = useState(0);
  const [next, setNext] = useState<number | null>(null);
  const latest = useRef(0);
  useEffect(() => setOffset(0), [conditions, sorting]);
  const refresh = useCallback(() => {
    const path = { table: id };
    const mine = ++latest.current;
    const read = async () => {
      const found = await call("GET /api/v1/data-tables/{table}", { path });
      const body = { ...queryOf(found.columns, conditions, sorting), offset, limit: PAGE };
      return [found, await call("POST /api/v1/data-tables/{table}/query", { path, body })] as const;
    };
    read().then(
      ([found, page]) => {
        // What was asked before, with other conditions, may be answered later.
        if (mine !== latest.current) return;
        // The last row of a page went: the page before is the last one now.
        if (page.data.length === 0 && offset > 0) return setOffset(Math.max(offset - PAGE, 0));
        setTable(found);
        setRows(page.data);
        setNext(page.nextOffset ?? null);
        setFailed(null);
      },
      (error: unknown) => setFailed(reason(error)),
    );
  }, [id, offset, conditions, sorting]);
  useEffect(refresh, [refresh]);
  return { table, rows, failed, offset, next, turn: setOffset, refresh };
}
