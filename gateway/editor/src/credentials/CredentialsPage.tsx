/** Credentials: what nodes sign their requests with. Secrets go in and never come out again. */
import { Loader, Select, Table } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";
import { call } from "../api/client";
import type { CredentialSummary, CredentialTypeDetail } from "../gen/api";
import { fail } from "../shell/notices";
import { RemoveCell } from "../shell/rows";
import { ago, moment } from "../shell/words";
import { type Edited, Editing } from "./Editing";

export default function CredentialsPage() {
  const [rows, setRows] = useState<CredentialSummary[] | null>(null);
  const [types, setTypes] = useState<ReadonlyMap<string, CredentialTypeDetail>>(new Map());
  const [edited, setEdited] = useState<Edited | null>(null);
  const look = useCallback(() => {
    call("GET /api/v1/credentials", { query: {} }).then((found) => setRows(found.data), fail);
  }, []);
  useEffect(look, [look]);
  useEffect(() => {
    call("GET /api/v1/credential-types").then((found) => setTypes(new Map(found.data.map((each) => [each.name, each]))), fail);
  }, []);
  const open = (row: CredentialSummary) => {
    call("GET /api/v1/credentials/{credential}", { path: { credential: row.id } }).then(setEdited, fail);
  };
  const remove = (row: CredentialSummary) => {
    call("DELETE /api/v1/credentials/{credential}", { path: { credential: row.id } }).then(look, fail);
  };
  return (
    <div className="page">
      <div className="page-head">
        <h1>Credentials</h1>
        <div className="bar-gap" />
        <Select
          aria-label="New credential of type"
          placeholder="New credential…"
          size="xs"
          w={240}
          searchable
          data={[...types.values()].map((each) => ({ value: each.name, label: each.title }))}
          value={null}
          onChange={(type) => type && setEdited({ type, name: types.get(type)?.title ?? type })}
        />
      </div>
      {rows === null && <Loader size="sm" />}
      {rows?.length === 0 && <div className="page-note">There is no credential yet. Choose a type above.</div>}
      {rows && rows.length > 0 && (
        <Table highlightOnHover verticalSpacing={5} className="rows">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Type</Table.Th>
              <Table.Th w={160}>Changed</Table.Th>
              <Table.Th w={48} aria-label="Remove" />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.id} className="row-link" onClick={() => open(row)}>
                <Table.Td>
                  <button type="button" className="row-button">
                    {row.name}
                  </button>
                </Table.Td>
                <Table.Td>{types.get(row.type)?.title ?? row.type}</Table.Td>
                <Table.Td title={moment(row.updatedAt)}>{ago(row.updatedAt)}</Table.Td>
                <RemoveCell label={`Remove ${row.name}`} remove={() => remove(row)} />
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <Editing edited={edited} type={edited ? types.get(edited.type) : undefined} close={() => setEdited(null)} done={() => look()} />
    </div>
  );
}
