/** Variables: texts that every workflow reads as `$vars.name`. */
import { Button, Loader, Modal, Table, TextInput, Textarea } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";
import { call } from "../api/client";
import type { Variable } from "../gen/api";
import { Icon } from "../shell/icons";
import { fail } from "../shell/notices";
import { RemoveCell } from "../shell/rows";
import { ago, moment } from "../shell/words";

/** What is being edited: a variable, or null for a new one; undefined while nothing is. */
type Edited = Variable | null | undefined;

export default function VariablesPage() {
  const [rows, setRows] = useState<Variable[] | null>(null);
  const [edited, setEdited] = useState<Edited>(undefined);
  const look = useCallback(() => {
    call("GET /api/v1/variables").then((found) => setRows(found.data), fail);
  }, []);
  useEffect(look, [look]);
  const remove = (row: Variable) => {
    call("DELETE /api/v1/variables/{variable}", { path: { variable: row.id } }).then(look, fail);
  };
  return (
    <div className="page">
      <div className="page-head">
        <h1>Variables</h1>
        <span className="dim">
          read in expressions as <code>$vars.key</code>
        </span>
        <div className="bar-gap" />
        <Button size="xs" leftSection={<Icon name="add" size={14} />} onClick={() => setEdited(null)}>
          New variable
        </Button>
      </div>
      {rows === null && <Loader size="sm" />}
      {rows?.length === 0 && <div className="page-note">There is no variable yet.</div>}
      {rows && rows.length > 0 && (
        <Table highlightOnHover verticalSpacing={5} className="rows">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Key</Table.Th>
              <Table.Th>Value</Table.Th>
              <Table.Th w={160}>Changed</Table.Th>
              <Table.Th w={48} aria-label="Remove" />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.id} className="row-link" onClick={() => setEdited(row)}>
                <Table.Td>
                  <button type="button" className="row-button">
                    {row.key}
                  </button>
                </Table.Td>
                <Table.Td className="row-value">{row.value}</Table.Td>
                <Table.Td title={moment(row.updatedAt)}>{ago(row.updatedAt)}</Table.Td>
                <RemoveCell label={`Remove ${row.key}`} remove={() => remove(row)} />
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <Editing edited={edited} close={() => setEdited(undefined)} done={look} />
    </div>
  );
}

function Editing({ edited, close, done }: { edited: Edited; close(): void; done(): void }) {
  const [key, setKey] = useState("");
  const [value, setValue] = useState("");
  useEffect(() => {
    setKey(edited?.key ?? "");
    setValue(edited?.value ?? "");
  }, [edited]);
  const save = async () => {
    const body = { key: key.trim(), value };
    try {
      if (edited) await call("PUT /api/v1/variables/{variable}", { path: { variable: edited.id }, body, revision: edited.revision });
      else await call("POST /api/v1/variables", { body });
      done();
      close();
    } catch (error) {
      fail(error);
    }
  };
  return (
    <Modal opened={edited !== undefined} onClose={close} title={edited ? "Variable" : "New variable"} size="sm" centered>
      <TextInput label="Key" data-autofocus value={key} onChange={(event) => setKey(event.currentTarget.value)} />
      <Textarea label="Value" mt="sm" autosize minRows={2} maxRows={10} value={value} onChange={(event) => setValue(event.currentTarget.value)} />
      <div className="modal-foot">
        <Button variant="default" size="xs" onClick={close}>
          Cancel
        </Button>
        <Button size="xs" disabled={!key.trim()} onClick={() => void save()}>
          Save
        </Button>
      </div>
    </Modal>
  );
}
