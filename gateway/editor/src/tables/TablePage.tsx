/** One data table: its rows by the page, written and removed, and its columns. */
import { ActionIcon, Button, Loader, Menu, Table } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";
import { call, reason } from "../api/client";
import type { DataTable } from "../gen/api";
import { Icon } from "../shell/icons";
import { fail } from "../shell/notices";
import { href } from "../shell/route";
import { RemoveCell, Trouble } from "../shell/rows";
import { AddingColumn, Sure, Writing } from "./Dialogs";
import { type Row, asText } from "./values";
import "./tables.css";

const PAGE = 50;

/** What a dialog is open for. */
type Asked = { what: "column" } | { what: "write"; row: Row | null } | { what: "row"; row: Row } | { what: "drop"; column: string };

export function TablePage({ id }: { id: string }) {
  const { table, rows, failed, offset, next, turn, refresh } = useRows(id);
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
        <div className="bar-gap" />
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
      {table && rows && table.columns.length > 0 && <Grid table={table} rows={rows} ask={ask} />}
      {rows?.length === 0 && table && table.columns.length > 0 && <div className="page-note">There is no row yet.</div>}
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

function Grid({ table, rows, ask }: { table: DataTable; rows: readonly Row[]; ask(asked: Asked): void }) {
  return (
    <div className="table-wide" tabIndex={0} role="region" aria-label={`Rows of ${table.name}`}>
      <Table highlightOnHover verticalSpacing={5} className="rows">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={70}>id</Table.Th>
            {table.columns.map((column) => (
              <Table.Th key={column.name}>
                <span className="column-head">
                  {column.name} <span className="dim">{column.type}</span>
                  <ColumnMenu name={column.name} drop={() => ask({ what: "drop", column: column.name })} />
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

function ColumnMenu({ name, drop }: { name: string; drop(): void }) {
  return (
    <Menu shadow="md" position="bottom-end">
      <Menu.Target>
        <ActionIcon size="sm" variant="subtle" color="gray" aria-label={`More about ${name}`}>
          <Icon name="dots" size={14} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item color="red" leftSection={<Icon name="trash" />} onClick={drop}>
          Remove the column
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function useRows(id: string) {
  const [table, setTable] = useState<DataTable | null>(null);
  const [rows, setRows] = useState<Row[] | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [offset, setOffset] = useState(0);
  const [next, setNext] = useState<number | null>(null);
  const refresh = useCallback(() => {
    const path = { table: id };
    Promise.all([
      call("GET /api/v1/data-tables/{table}", { path }),
      call("POST /api/v1/data-tables/{table}/query", { path, body: { offset, limit: PAGE } }),
    ]).then(
      ([found, page]) => {
        // The last row of a page went: the page before is the last one now.
        if (page.data.length === 0 && offset > 0) return setOffset(Math.max(offset - PAGE, 0));
        setTable(found);
        setRows(page.data);
        setNext(page.nextOffset ?? null);
        setFailed(null);
      },
      (error: unknown) => setFailed(reason(error)),
    );
  }, [id, offset]);
  useEffect(refresh, [refresh]);
  return { table, rows, failed, offset, next, turn: setOffset, refresh };
}
