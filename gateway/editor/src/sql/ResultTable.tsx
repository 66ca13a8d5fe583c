/** The rows of a query: only those in sight are in the page, so that many cost no more than few. */
import { useRef, useState } from "react";
import type { Rows } from "../gen/api";
import { href } from "../shell/route";

const ROW = 29;
const SPARE = 12;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function ResultTable({ columns, rows }: Rows) {
  const place = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const height = place.current?.clientHeight ?? 600;
  const first = Math.max(0, Math.floor(top / ROW) - SPARE);
  const seen = rows.slice(first, Math.ceil((top + height) / ROW) + SPARE);
  const workflow = columns.findIndex((column) => column.name === "workflow");
  const template = columns.map((column) => (/String|Array/.test(column.type) ? "minmax(140px, 2fr)" : "minmax(110px, 1fr)")).join(" ");
  const style = { gridTemplateColumns: template };
  if (rows.length === 0) return <div className="page-note">No row fits.</div>;
  return (
    <div
      className="result"
      ref={place}
      role="table"
      aria-label="Rows"
      aria-rowcount={rows.length + 1}
      tabIndex={0}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <div role="rowgroup">
        <div className="result-row result-head" role="row" aria-rowindex={1} style={style}>
          {columns.map((column) => (
            <div key={column.name} role="columnheader" title={column.type}>
              {column.name}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" style={{ height: rows.length * ROW, paddingTop: first * ROW, boxSizing: "border-box" }}>
        {seen.map((row, at) => (
          <div className="result-row" key={first + at} role="row" aria-rowindex={first + at + 2} style={style}>
            {row.map((value, place) => (
              <Cell key={place} value={value} workflow={workflow >= 0 ? row[workflow] : undefined} column={columns[place]!.name} />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

function Cell({ value, column, workflow }: { value: unknown; column: string; workflow: unknown }) {
  const text = value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  const execution = (column === "id" || column === "execution") && ID.test(text);
  return (
    <div role="cell" title={text.length > 24 ? text.slice(0, 2000) : undefined} className={typeof value === "number" ? "result-number" : undefined}>
      {execution && typeof workflow === "string" ? <a href={href({ page: "execution", workflow, execution: text })}>{text}</a> : text.slice(0, 300)}
    </div>
  );
}
