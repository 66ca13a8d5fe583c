/** Data: items as a table or as JSON, a page at a time, however many there are. */
import { ActionIcon, SegmentedControl, Select } from "@mantine/core";
import { useEffect, useMemo, useState } from "react";
import { Icon } from "../shell/icons";
import { plural } from "../shell/words";
import { type Item, type Stream, columns, reading } from "./data";

interface Props {
  title: string;
  streams: Stream[];
  /** Said where there is nothing to show. */
  none: string;
  /** Fields can be dragged from here into a parameter. */
  source?: boolean;
  /** The node whose input this is reads the first stream as `$json`. */
  direct?: boolean;
}

const PAGE = 50;
type Form = "table" | "json";
let chosenForm: Form = "table";

export function DataView({ title, streams, none, source, direct }: Props) {
  const [at, setAt] = useState(0);
  const [form, setForm] = useState<Form>(chosenForm);
  const here = streams[Math.min(at, streams.length - 1)];
  const items = here?.items ?? null;
  useEffect(() => {
    // The first stream that has something is the one that people want to see.
    const first = streams.findIndex((each) => each.items?.length);
    setAt(Math.max(first, 0));
  }, [streams]);
  const choose = (next: string) => {
    chosenForm = next as Form;
    setForm(chosenForm);
  };
  return (
    <section className="data" aria-label={title}>
      <div className="data-head">
        <h3>{title}</h3>
        {items && <span className="dim">{plural(items.length, "item")}</span>}
        <div className="bar-gap" />
        {streams.length > 1 && (
          <Select
            size="xs"
            w={130}
            aria-label={`${title}: which`}
            allowDeselect={false}
            data={streams.map((each, index) => ({ value: String(index), label: each.label }))}
            value={String(Math.min(at, streams.length - 1))}
            onChange={(value) => setAt(Number(value))}
          />
        )}
        <SegmentedControl
          size="xs"
          aria-label={`${title}: form`}
          data={[
            { value: "table", label: "Table" },
            { value: "json", label: "JSON" },
          ]}
          value={form}
          onChange={choose}
        />
      </div>
      {items && items.length > 0 ? (
        <Paged key={`${at}`} items={items} form={form} node={source ? (direct && at === 0 ? null : (here?.node ?? null)) : undefined} />
      ) : (
        <div className="data-none">{items ? "No items." : none}</div>
      )}
    </section>
  );
}

interface PagedProps {
  items: Item[];
  form: Form;
  /** Undefined: nothing can be dragged from here. */
  node: string | null | undefined;
}

function Paged({ items, form, node }: PagedProps) {
  const [page, setPage] = useState(0);
  const pages = Math.ceil(items.length / PAGE);
  const here = Math.min(page, pages - 1);
  const shown = useMemo(() => items.slice(here * PAGE, (here + 1) * PAGE), [items, here]);
  return (
    <>
      <div className="data-body">
        {form === "table" ? <Grid items={shown} first={here * PAGE} node={node} /> : <pre className="data-json">{JSON.stringify(shown.map((item) => item.json ?? {}), null, 2)}</pre>}
      </div>
      {pages > 1 && (
        <div className="data-pages">
          <ActionIcon variant="subtle" color="gray" size="sm" aria-label="Page before" disabled={here === 0} onClick={() => setPage(here - 1)}>
            <Icon name="back" size={14} />
          </ActionIcon>
          <span>
            {here * PAGE + 1}–{Math.min((here + 1) * PAGE, items.length)} of {items.length.toLocaleString()}
          </span>
          <ActionIcon variant="subtle" color="gray" size="sm" aria-label="Next page" disabled={here === pages - 1} onClick={() => setPage(here + 1)}>
            <Icon name="next" size={14} />
          </ActionIcon>
        </div>
      )}
    </>
  );
}

function Grid({ items, first, node }: { items: Item[]; first: number; node: string | null | undefined }) {
  const fields = useMemo(() => columns(items), [items]);
  if (fields.length === 0) return <div className="data-none">{plural(items.length, "item")} without fields.</div>;
  return (
    <table className="grid">
      <thead>
        <tr>
          <th aria-label="Number" />
          {fields.map((field) => (
            <th
              key={field}
              draggable={node !== undefined}
              title={node !== undefined ? "Drag it into a parameter" : undefined}
              onDragStart={(event) => event.dataTransfer.setData("application/x-millrace-field", reading(field, node ?? null))}
            >
              {field}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map((item, at) => (
          <tr key={at}>
            <td className="grid-at">{first + at}</td>
            {fields.map((field) => (
              <Cell key={field} value={item.json?.[field]} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ value }: { value: unknown }) {
  if (value === undefined) return <td />;
  if (value === null || typeof value !== "object") {
    const text = String(value);
    return (
      <td className={`cell-${value === null ? "null" : typeof value}`} title={text.length > 60 ? text.slice(0, 2000) : undefined}>
        {text.slice(0, 300)}
      </td>
    );
  }
  const text = JSON.stringify(value);
  return (
    <td className="cell-object" title={text.slice(0, 2000)}>
      {text.slice(0, 200)}
    </td>
  );
}
