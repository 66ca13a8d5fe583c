/** Data: items as a table, as JSON, by their fields or with their files; a page at a time, however many there are. */
import { ActionIcon, Loader, SegmentedControl, Select } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";
import { reason } from "../api/client";
import { Icon } from "../shell/icons";
import { plural } from "../shell/words";
import { FilesView } from "./FilesView";
import { Grid } from "./Grid";
import { SchemaView } from "./SchemaView";
import type { Item, Stream } from "./data";
import { PAGE, usePage } from "./pages";
import { usePick } from "./pick";

interface Props {
  title: string;
  streams: Stream[];
  /** Said where there is nothing to show. */
  none: string;
  /** Fields can be brought from here into a parameter. */
  source?: boolean;
  /** The node whose input this is reads the first stream as `$json`. */
  direct?: boolean;
  children?: ReactNode;
}

type Form = "table" | "json" | "schema" | "files";
const FORMS: { value: Form; label: string }[] = [
  { value: "table", label: "Table" },
  { value: "json", label: "JSON" },
  { value: "schema", label: "Schema" },
  { value: "files", label: "Binary" },
];
let chosenForm: Form = "table";

export function DataView({ title, streams, none, source, direct, children }: Props) {
  const [at, setAt] = useState(0);
  const [form, setForm] = useState<Form>(chosenForm);
  const known = streams.map((each) => each.total ?? "").join(" ");
  useEffect(() => {
    // The first stream that has something is the one that people want to see.
    const first = streams.findIndex((each) => each.total);
    setAt(Math.max(first, 0));
  }, [known]);
  const place = Math.min(at, streams.length - 1);
  const here = streams[place];
  const choose = (next: string) => {
    chosenForm = next as Form;
    setForm(chosenForm);
  };
  return (
    <section className="data" aria-label={title}>
      <div className="data-head">
        <h3>{title}</h3>
        {here?.total != null && <span className="dim">{plural(here.total, "item")}</span>}
        {here?.pinned && <span className="pin-badge">pinned</span>}
        {children}
        <div className="bar-gap" />
        {streams.length > 1 && (
          <Select
            size="xs"
            w={120}
            aria-label={`${title}: which`}
            allowDeselect={false}
            data={streams.map((each, index) => ({ value: String(index), label: each.label }))}
            value={String(place)}
            onChange={(value) => setAt(Number(value))}
          />
        )}
        <SegmentedControl size="xs" aria-label={`${title}: form`} data={FORMS} value={form} onChange={choose} />
      </div>
      {here?.total ? (
        <Paged key={JSON.stringify(here.place)} stream={here} form={form} node={source ? (direct && place === 0 ? null : here.node) : undefined} picks={!!direct && place === 0} />
      ) : (
        <div className="data-none">{here?.total === 0 ? "No items." : none}</div>
      )}
    </section>
  );
}

interface PagedProps {
  stream: Stream;
  form: Form;
  /** Undefined: nothing can be brought from here into a parameter. */
  node: string | null | undefined;
  /** A row is the item that expressions are tried on. */
  picks: boolean;
}

function Paged({ stream, form, node, picks }: PagedProps) {
  const [at, setAt] = useState(0);
  const total = stream.total ?? 0;
  const pages = Math.max(Math.ceil(total / PAGE), 1);
  const here = Math.min(at, pages - 1);
  const { page, failed } = usePage(stream, here);
  const picked = usePick((state) => state.index);
  useEffect(() => {
    if (picks && Math.floor(picked / PAGE) < pages) setAt(Math.floor(picked / PAGE));
  }, [picks, picked, pages]);
  return (
    <>
      <div className="data-body" tabIndex={0} role="group" aria-label="Items">
        {page?.kept === false && <div className="data-none">This output is not kept any more.</div>}
        {failed !== null && <div className="data-none">{reason(failed)}</div>}
        {!page && failed === null && (
          <div className="data-none">
            <Loader size="xs" />
          </div>
        )}
        {page?.kept && <Body form={form} items={page.items} first={here * PAGE} stream={stream} node={node} picks={picks} />}
      </div>
      {pages > 1 && (
        <div className="data-pages">
          <ActionIcon variant="subtle" color="gray" size={24} aria-label="Page before" disabled={here === 0} onClick={() => setAt(here - 1)}>
            <Icon name="back" size={14} />
          </ActionIcon>
          <span>
            {here * PAGE + 1}–{Math.min((here + 1) * PAGE, total)} of {total.toLocaleString()}
          </span>
          <ActionIcon variant="subtle" color="gray" size={24} aria-label="Next page" disabled={here === pages - 1} onClick={() => setAt(here + 1)}>
            <Icon name="next" size={14} />
          </ActionIcon>
        </div>
      )}
    </>
  );
}

interface BodyProps extends PagedProps {
  items: Item[];
  first: number;
}

function Body({ form, items, first, stream, node, picks }: BodyProps) {
  switch (form) {
    case "table":
      return <Grid items={items} first={first} node={node} picks={picks} />;
    case "json":
      return <pre className="data-json">{JSON.stringify(items.map((item) => item.json ?? {}), null, 2)}</pre>;
    case "schema":
      return <SchemaView items={items} node={node} more={(stream.total ?? 0) > items.length} />;
    case "files":
      return <FilesView items={items} first={first} place={stream.place} />;
  }
}
