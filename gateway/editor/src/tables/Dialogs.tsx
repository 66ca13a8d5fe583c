/** The dialogs of data tables: make one, add a column, write a row, and ask before something is gone. */
import { ActionIcon, Button, Modal, Select, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { call } from "../api/client";
import type { ColumnBody, DataTable } from "../gen/api";
import { Icon } from "../shell/icons";
import { fail } from "../shell/notices";
import { type Row, asText, asValue, CREATED } from "./values";

type Type = NonNullable<ColumnBody["type"]>;
const TYPES = [
  { value: "string", label: "Text" },
  { value: "number", label: "Number" },
  { value: "boolean", label: "True or false" },
  { value: "date", label: "Date" },
];
const TRUTHS = ["true", "false"];

/** Asks before something is gone. */
export function Sure({ title, word, close, run, children }: { title: string; word: string; close(): void; run(): Promise<unknown>; children: ReactNode }) {
  return (
    <Modal opened onClose={close} title={title} size="sm" centered>
      <p className="dim">{children}</p>
      <div className="modal-foot">
        <Button variant="default" size="xs" data-autofocus onClick={close}>
          Keep it
        </Button>
        <Button color="red" size="xs" onClick={() => void run().then(close)}>
          {word}
        </Button>
      </div>
    </Modal>
  );
}

export function Making({ close, made }: { close(): void; made(table: DataTable): void }) {
  const [name, setName] = useState("");
  const [columns, setColumns] = useState<ColumnBody[]>([{ name: "", type: "string" }]);
  const put = (at: number, column: ColumnBody) => setColumns(columns.map((each, here) => (here === at ? column : each)));
  const save = () => {
    const named = columns.map((each) => ({ ...each, name: each.name.trim() })).filter((each) => each.name);
    call("POST /api/v1/data-tables", { body: { name: name.trim(), columns: named } }).then((table) => (close(), made(table)), fail);
  };
  return (
    <Modal opened onClose={close} title="New data table" size="md" centered>
      <TextInput label="Name" data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
      {columns.map((column, at) => (
        <div key={at} className="column-line">
          <ColumnFields column={column} number={at + 1} change={(next) => put(at, next)} />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Leave out column ${at + 1}`}
            onClick={() => setColumns(columns.filter((_, here) => here !== at))}
          >
            <Icon name="x" />
          </ActionIcon>
        </div>
      ))}
      <Button size="compact-xs" variant="subtle" mt="sm" leftSection={<Icon name="add" size={13} />} onClick={() => setColumns([...columns, { name: "", type: "string" }])}>
        Another column
      </Button>
      <Foot close={close} word="Make it" able={name.trim() !== ""} run={save} />
    </Modal>
  );
}

/** Asks for another name. */
export function Naming({ title, old, close, named }: { title: string; old: string; close(): void; named(name: string): void }) {
  const [name, setName] = useState(old);
  return (
    <Modal opened onClose={close} title={title} size="sm" centered>
      <TextInput
        label="Name"
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Enter" && named(name.trim())}
      />
      <Foot close={close} word="Rename" able={name.trim() !== "" && name.trim() !== old} run={() => named(name.trim())} />
    </Modal>
  );
}

export function AddingColumn({ table, close, done }: { table: DataTable; close(): void; done(): void }) {
  const [column, setColumn] = useState<ColumnBody>({ name: "", type: "string" });
  const save = () => {
    const body = { add: [{ ...column, name: column.name.trim() }] };
    call("PATCH /api/v1/data-tables/{table}", { path: { table: table.id }, body }).then(() => (close(), done()), fail);
  };
  return (
    <Modal opened onClose={close} title="New column" size="sm" centered>
      <div className="column-line">
        <ColumnFields column={column} number={1} change={setColumn} />
      </div>
      <Foot close={close} word="Add" able={column.name.trim() !== ""} run={save} />
    </Modal>
  );
}

function ColumnFields({ column, number, change }: { column: ColumnBody; number: number; change(column: ColumnBody): void }) {
  return (
    <>
      <TextInput
        size="xs"
        aria-label={`Name of column ${number}`}
        placeholder="Column, such as amount"
        value={column.name}
        onChange={(event) => change({ ...column, name: event.currentTarget.value })}
      />
      <Select
        size="xs"
        w={140}
        aria-label={`Type of column ${number}`}
        allowDeselect={false}
        data={TYPES}
        value={column.type ?? "string"}
        onChange={(type) => change({ ...column, type: (type ?? "string") as Type })}
      />
    </>
  );
}

/** Writes a row: a new one, or what changed of an old one. */
export function Writing({ table, row, close, done }: { table: DataTable; row: Row | null; close(): void; done(): void }) {
  const [texts, setTexts] = useState(() => Object.fromEntries(table.columns.map(({ name }) => [name, asText(row?.[name])])));
  const save = () => {
    const touched = table.columns.filter(({ name }) => texts[name] !== asText(row?.[name]));
    try {
      const values = Object.fromEntries(touched.map((column) => [column.name, asValue(column, texts[column.name]!)]));
      const body = row
        ? { kind: "update" as const, values: [values], conditions: [{ column: "id", value: row.id }] }
        : { kind: "insert" as const, values: [values] };
      if (row && touched.length === 0) return close();
      call("POST /api/v1/data-tables/{table}/rows", { path: { table: table.id }, body }).then(() => (close(), done()), fail);
    } catch (error) {
      fail(error);
    }
  };
  return (
    <Modal opened onClose={close} title={row ? `Row ${String(row.id)}` : "New row"} size="md" centered>
      {table.columns.map((column, at) => (
        <Cell key={column.name} column={column} first={at === 0} text={texts[column.name]!} change={(text) => setTexts({ ...texts, [column.name]: text })} />
      ))}
      {row && (
        <p className="dim">
          made {asText(row[CREATED])}, changed {asText(row.updatedAt)}
        </p>
      )}
      <Foot close={close} word="Save" able run={save} />
    </Modal>
  );
}

function Cell({ column, text, first, change }: { column: { name: string; type: string }; text: string; first: boolean; change(text: string): void }) {
  if (column.type === "boolean") {
    return <Select label={column.name} mt="xs" clearable data={TRUTHS} value={text || null} onChange={(chosen) => change(chosen ?? "")} />;
  }
  return (
    <TextInput
      label={column.name}
      mt="xs"
      data-autofocus={first || undefined}
      placeholder={column.type === "date" ? "2026-01-31T12:00:00Z" : undefined}
      inputMode={column.type === "number" ? "decimal" : undefined}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}

function Foot({ close, word, able, run }: { close(): void; word: string; able: boolean; run(): void }) {
  return (
    <div className="modal-foot">
      <Button variant="default" size="xs" onClick={close}>
        Cancel
      </Button>
      <Button size="xs" disabled={!able} onClick={run}>
        {word}
      </Button>
    </div>
  );
}
