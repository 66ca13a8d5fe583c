/** Items as a table: a column for each field, a row for each item. */
import { useMemo } from "react";
import { plural } from "../shell/words";
import { FieldName } from "./FieldName";
import { type Item, columns } from "./data";
import { usePick } from "./pick";

interface Props {
  items: Item[];
  first: number;
  node: string | null | undefined;
  picks: boolean;
}

const MOST_COLUMNS = 120;

export function Grid({ items, first, node, picks }: Props) {
  const all = useMemo(() => columns(items), [items]);
  const picked = usePick((state) => (picks ? state.index : -1));
  if (all.length === 0) return <div className="data-none">{plural(items.length, "item")} without fields.</div>;
  const fields = all.slice(0, MOST_COLUMNS);
  return (
    <table className="grid">
      <thead>
        <tr>
          <th aria-label="Number" />
          {fields.map((field) => (
            <th key={field} scope="col">
              <FieldName path={[field]} node={node} />
            </th>
          ))}
          {all.length > fields.length && <th scope="col">{all.length - fields.length} more in JSON</th>}
        </tr>
      </thead>
      <tbody>
        {items.map((item, at) => (
          <tr key={at} className={first + at === picked ? "grid-picked" : undefined} onClick={picks ? () => usePick.getState().choose(first + at) : undefined}>
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
