/** Items by their fields: what each is, with an example; nested ones too, all ready for a parameter. */
import { useMemo } from "react";
import { FieldName } from "./FieldName";
import type { Item } from "./data";

interface Field {
  step: string | number;
  types: Set<string>;
  example: unknown;
  fields: Map<string | number, Field>;
}

const DEEPEST = 8;
const MOST_FIELDS = 200;

/** Finds out the fields of items; of a list its first element. */
export function fieldsOf(values: readonly unknown[], depth = 0): Map<string | number, Field> {
  const found = new Map<string | number, Field>();
  for (const value of values) {
    if (depth > DEEPEST || value === null || typeof value !== "object") continue;
    const entries: [string | number, unknown][] = Array.isArray(value) ? value.slice(0, 1).map((each) => [0, each]) : Object.entries(value);
    for (const [step, each] of entries) {
      const field = found.get(step) ?? { step, types: new Set(), example: undefined, fields: new Map() };
      if (!found.has(step) && found.size >= MOST_FIELDS) continue;
      found.set(step, field);
      field.types.add(typeOf(each));
      field.example ??= each;
    }
  }
  for (const field of found.values()) {
    const inner = values.map((value) => (value as Record<string | number, unknown> | null)?.[field.step]);
    field.fields = fieldsOf(inner, depth + 1);
  }
  return found;
}

function typeOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "list" : typeof value;
}

interface Props {
  items: readonly Item[];
  node: string | null | undefined;
  more: boolean;
}

export function SchemaView({ items, node, more }: Props) {
  const fields = useMemo(() => fieldsOf(items.map((item) => item.json ?? {})), [items]);
  return (
    <div className="schema">
      {more && <div className="dim small">Of the items on this page.</div>}
      <Fields fields={fields} path={[]} node={node} />
    </div>
  );
}

function Fields({ fields, path, node }: { fields: Map<string | number, Field>; path: readonly (string | number)[]; node: string | null | undefined }) {
  return (
    <ul>
      {[...fields.values()].map((field) => (
        <li key={field.step}>
          <span className="schema-line">
            <FieldName path={[...path, field.step]} node={node} />
            <span className="schema-type">{[...field.types].join(" | ")}</span>
            {field.fields.size === 0 && <span className="schema-example">{example(field.example)}</span>}
          </span>
          {field.fields.size > 0 && <Fields fields={field.fields} path={[...path, field.step]} node={node} />}
        </li>
      ))}
    </ul>
  );
}

function example(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
