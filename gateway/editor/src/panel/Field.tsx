/** One value of a form: fixed, or an expression that begins with `=`. */
import { Autocomplete, NumberInput, Select, Switch, Textarea } from "@mantine/core";
import { type DragEvent, Suspense, lazy, useState } from "react";
import { choice } from "../shell/words";
import { Remove, type FormContext } from "./Form";
import { type Kind, type Schema, choices, isExpression } from "./schema";

const CodeField = lazy(() => import("./CodeField"));

interface Props {
  label: string;
  /** In a list: its place is its label. */
  bare?: boolean;
  schema: Schema;
  kind: Kind;
  value: unknown;
  context: FormContext;
  path: string;
  change(value: unknown): void;
  remove?: () => void;
}

export function Field(props: Props) {
  const { label, bare, schema, value, context, path, change, remove } = props;
  const expression = isExpression(value);
  const fault = context.faults.get(path) ?? context.faults.get(path.split(".")[0] ?? "");
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    setOver(false);
    const text = event.dataTransfer.getData("application/x-millrace-field");
    if (!text || context.fixed) return;
    event.preventDefault();
    change(expression ? `${value}${text}` : `=${text}`);
  };
  return (
    <div
      className={`field${over ? " field-over" : ""}${fault ? " field-fault" : ""}`}
      data-field={path}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("application/x-millrace-field")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <div className="field-head">
        <span className={bare ? "dim small" : "field-label"}>{label}</span>
        {!context.fixed && <Toggle expression={expression} {...props} />}
        {remove && <Remove text={label} remove={remove} />}
      </div>
      {expression ? <Expression {...props} /> : <Plain {...props} />}
      {schema.description && <div className="field-help">{schema.description}</div>}
      {fault && <div className="field-problem">{fault}</div>}
    </div>
  );
}

function Toggle({ expression, label, value, schema, change }: Props & { expression: boolean }) {
  const flip = () => {
    if (!expression) change(`=${value === undefined ? plainText(schema.default) : plainText(value)}`);
    else change(back(String(value).slice(1), schema));
  };
  return (
    <button
      type="button"
      className={`fx${expression ? " fx-on" : ""}`}
      aria-pressed={expression}
      aria-label={`${label}: fx, expression`}
      title={expression ? "Back to a fixed value" : "Make it an expression"}
      onClick={flip}
    >
      fx
    </button>
  );
}

function Expression({ label, value, context, change }: Props) {
  return (
    <Textarea
      size="xs"
      autosize
      minRows={1}
      maxRows={10}
      className="expression"
      aria-label={label}
      spellCheck={false}
      readOnly={context.fixed}
      value={String(value).slice(1)}
      placeholder="{{ $json.field }}"
      onChange={(event) => change(`=${event.currentTarget.value}`)}
    />
  );
}

function Plain(props: Props) {
  const { label, schema, kind, value, context, change } = props;
  const shown = value === undefined ? schema.default : value;
  switch (kind) {
    case "boolean":
      return <Switch size="xs" aria-label={label} disabled={context.fixed} checked={shown === true} onChange={(event) => change(event.currentTarget.checked)} />;
    case "number":
      return typeof shown === "number" || shown === undefined || shown === null ? (
        <NumberInput
          size="xs"
          aria-label={label}
          readOnly={context.fixed}
          min={schema.minimum}
          max={schema.maximum}
          allowDecimal={schema.type !== "integer"}
          value={(shown as number | null) ?? ""}
          onChange={(next) => change(next === "" ? undefined : Number(next))}
        />
      ) : (
        <Text {...props} />
      );
    case "choice":
      return <Choice {...props} />;
    case "code":
      return (
        <Suspense fallback={<div className="code-wait" />}>
          <CodeField label={label} media={schema.contentMediaType ?? ""} value={plainText(shown)} fixed={context.fixed} change={change} />
        </Suspense>
      );
    case "text":
      return schema.examples?.length ? <Suggested {...props} /> : <Text {...props} />;
    default:
      return typeof shown === "object" && shown !== null ? <Json {...props} /> : <Text {...props} />;
  }
}

function Text({ label, schema, value, context, change }: Props) {
  const shown = value === undefined ? schema.default : value;
  return (
    <Textarea
      size="xs"
      autosize
      minRows={1}
      maxRows={12}
      aria-label={label}
      readOnly={context.fixed}
      value={plainText(shown)}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}

function Suggested({ label, schema, value, context, change }: Props) {
  const shown = value === undefined ? schema.default : value;
  return (
    <Autocomplete
      size="xs"
      aria-label={label}
      readOnly={context.fixed}
      data={(schema.examples ?? []).map(String)}
      filter={({ options }) => options}
      value={plainText(shown)}
      onChange={(next) => change(next)}
    />
  );
}

function Choice({ label, schema, value, context, change }: Props) {
  const shown = value === undefined ? schema.default : value;
  const offered = choices(schema) ?? [];
  const known = offered.includes(shown);
  const all = [...offered, ...(known || shown === undefined || shown === null ? [] : [shown])].map((each) => plainText(each));
  const data = all.map((value) => ({ value, label: choice(value) }));
  return (
    <Select
      size="xs"
      aria-label={label}
      readOnly={context.fixed}
      allowDeselect={false}
      searchable={data.length > 8}
      data={data}
      value={shown === undefined || shown === null ? null : plainText(shown)}
      onChange={(next) => change(offered.find((each) => plainText(each) === next) ?? next)}
    />
  );
}

/** A value of no particular shape, as JSON; it is kept once it is whole. */
function Json({ label, schema, value, context, change }: Props) {
  const shown = value === undefined ? schema.default : value;
  const [text, setText] = useState<string | null>(null);
  const [wrong, setWrong] = useState(false);
  const keep = () => {
    if (text === null) return;
    try {
      change(JSON.parse(text));
      setText(null);
      setWrong(false);
    } catch {
      setWrong(true);
    }
  };
  return (
    <Textarea
      size="xs"
      autosize
      maxRows={14}
      className="expression"
      aria-label={label}
      readOnly={context.fixed}
      error={wrong ? "This is no JSON yet." : undefined}
      value={text ?? JSON.stringify(shown, null, 2)}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={keep}
    />
  );
}

function plainText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Reads what an expression without its `=` is as a fixed value of the field's kind. */
function back(text: string, schema: Schema): unknown {
  if (schema.type === "boolean") return text === "true";
  if (schema.type === "integer" || schema.type === "number") return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined;
  const offered = choices(schema);
  if (offered) return offered.find((each) => plainText(each) === text);
  return text === "" ? undefined : text;
}
