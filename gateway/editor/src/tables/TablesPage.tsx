/** The data tables: find, make and remove them; the rows of one are a page of their own. */
import { Button, FileButton, Loader, Table } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";
import { call, reason } from "../api/client";
import type { DataTable } from "../gen/api";
import { Icon } from "../shell/icons";
import { fail } from "../shell/notices";
import { go, href } from "../shell/route";
import { RemoveCell, Trouble } from "../shell/rows";
import { ago, moment } from "../shell/words";
import { Making, Sure } from "./Dialogs";
import { TablePage } from "./TablePage";
import { tableOf } from "./files";

export default function TablesPage({ table }: { table?: string }) {
  return table ? <TablePage key={table} id={table} /> : <List />;
}

function List() {
  const [tables, setTables] = useState<DataTable[] | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [making, setMaking] = useState(false);
  const [doomed, setDoomed] = useState<DataTable | null>(null);
  const look = useCallback(() => {
    call("GET /api/v1/data-tables").then(
      (found) => (setTables(found.data), setFailed(null)),
      (error: unknown) => setFailed(reason(error)),
    );
  }, []);
  useEffect(look, [look]);
  const remove = () => call("DELETE /api/v1/data-tables/{table}", { path: { table: doomed!.id } }).then(look, fail);
  return (
    <div className="page">
      <div className="page-head">
        <h1>Data tables</h1>
        <span className="dim">rows that workflows read and write by the node Data table</span>
        <div className="bar-gap" />
        <FileButton accept=".csv,text/csv" onChange={(file) => file && void tableOf(file).then((made) => go({ page: "tables", table: made.id }), fail)}>
          {(props) => (
            <Button {...props} size="xs" variant="default">
              Table from CSV
            </Button>
          )}
        </FileButton>
        <Button size="xs" leftSection={<Icon name="add" size={14} />} onClick={() => setMaking(true)}>
          New table
        </Button>
      </div>
      <Trouble of={failed} />
      {!failed && tables === null && <Loader size="sm" aria-label="Looking" />}
      {tables?.length === 0 && <div className="page-note">There is no data table yet.</div>}
      {tables && tables.length > 0 && <Tables tables={tables} remove={setDoomed} />}
      {making && <Making close={() => setMaking(false)} made={(made) => go({ page: "tables", table: made.id })} />}
      {doomed && (
        <Sure title={`Delete “${doomed.name}”?`} word="Delete" close={() => setDoomed(null)} run={remove}>
          Its rows go with it, and nodes that use it fail from now on.
        </Sure>
      )}
    </div>
  );
}

function Tables({ tables, remove }: { tables: readonly DataTable[]; remove(table: DataTable): void }) {
  return (
    <Table highlightOnHover verticalSpacing={5} className="rows">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th>Columns</Table.Th>
          <Table.Th w={160}>Changed</Table.Th>
          <Table.Th w={48} aria-label="Delete" />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {tables.map((table) => (
          <Table.Tr key={table.id} className="row-link" onClick={() => go({ page: "tables", table: table.id })}>
            <Table.Td>
              <a href={href({ page: "tables", table: table.id })}>{table.name}</a>
            </Table.Td>
            <Table.Td className="dim">{table.columns.map((column) => column.name).join(", ") || "–"}</Table.Td>
            <Table.Td title={moment(Date.parse(table.updatedAt))}>{ago(Date.parse(table.updatedAt))}</Table.Td>
            <RemoveCell label={`Delete ${table.name}`} remove={() => remove(table)} />
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
