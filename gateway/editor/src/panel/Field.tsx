/** One value of a form: fixed, or an expression that begins with `=`. */
import { Autocomplete, NumberInput, Select, Switch, Textarea } from "@mantine/core";
import { type DragEvent, Suspense, lazy, useRef, useState } from "react";
import { choice } from "../shell/words";
import { Chosen } from "./Chosen";
import { Remove, type FormContext } from "./Form";
import { type Kind, type Schema, choices, isExpression } from "./schema";
import { FIELD, aim } from "./target";

type ExpressionEditor = typeof import("./ExpressionField").default;
let Loaded: ExpressionEditor | null = null;
const loading = async () => {
  const found = await import("./ExpressionField");
  Loaded = found.default;
  return found;
};
const Late = lazy(loading);

/** Loads the editor of expressions before somebody writes one: keys come faster than it does. */
export function prepare(): void {
  if (!Loaded) void loading();
}
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
  const expression = !context.plain && isExpression(value);
  const editor = useRef<ExpressionEditor | typeof Late>(null);
  if (expression) editor.current ??= Loaded ?? Late;
  const Editor = editor.current;
  const fault = context.faults.get(path) ?? context.faults.get(path.split(".")[0] ?? "");
  const [over, setOver] = useState(false);
  const [fresh, setFresh] = useState(false);
  const put = (text: string) => change(expression ? `${value}${text}` : `=${text}`);
  const drop = (event: DragEvent) => {
    setOver(false);
    const text = event.dataTransfer.getData(FIELD);
    if (!text || context.fixed) return;
    event.preventDefault();
    put(text);
  };
  const flip = () => {
    setFresh(!expression);
    change(expression ? back(String(value).slice(1), schema) : `=${plainText(value === undefined ? schema.default : value)}`);
  };
  return (
    <div
      className={`field${over ? " field-over" : ""}${fault ? " field-fault" : ""}`}
      data-field={path}
      onFocus={() => !expression && !context.fixed && !context.plain && aim({ label, insert: put })}
      onKeyDown={(event) => {
        // In a text the sign is written like any other: at its beginning it makes an expression of it.
        if (event.key !== "=" || expression || context.plain || context.fixed || writes(event.target)) return;
        event.preventDefault();
        flip();
      }}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(FIELD)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <div className="field-head">
        <span className={bare ? "dim small" : "field-label"}>{label}</span>
        {schema.description && (
          <span className="field-help" title={schema.description}>
            {schema.description}
          </span>
        )}
        {!context.fixed && !context.plain && <Toggle expression={expression} label={label} flip={flip} />}
        {remove && <Remove text={label} remove={remove} />}
      </div>
      {expression && Editor ? (
        <Suspense fallback={<div className="expression-wait" />}>
          <Editor label={label} value={value.slice(1)} fixed={context.fixed} fresh={fresh} change={(text) => change(`=${text}`)} leave={flip} />
        </Suspense>
      ) : (
        <Plain
          {...props}
          change={(next) => {
            if (!context.plain && isExpression(next) && !isExpression(value)) setFresh(true);
            change(next);
          }}
        />
      )}
      {fault && <div className="field-problem">{fault}</div>}
    </div>
  );
}

function Toggle({ expression, label, flip }: { expression: boolean; label: string; flip(): void }) {
  return (
    <button
      type="button"
      className={`fx${expression ? " fx-on" : ""}`}
      aria-pressed={expression}
      aria-label={`${label}: fx, expression`}
      title={expression ? "Back to a fixed value" : "Make it an expression (=)"}
      onClick={flip}
    >
      fx
    </button>
  );
}

/** Says whether somebody writes a text there. */
function writes(target: EventTarget): boolean {
  return target instanceof HTMLElement && target.matches("textarea, [contenteditable=true], input:not([type=checkbox], [readonly], [inputmode=numeric], [inputmode=decimal])");
}

function Plain(props: Props) {
  const { label, schema, kind, value, context, change } = props;
  const shown = value === undefined ? schema.default : value;
  const source = schema["x-choose"];
  if (typeof source === "string" && (shown === undefined || shown === null || typeof shown === "string")) {
    return <Chosen of={source} label={label} value={(shown as string | null | undefined) ?? null} fixed={context.fixed} change={change} />;
  }
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
      onChange={(event) => change(context.plain ? event.currentTarget.value || undefined : event.currentTarget.value)}
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
  const labels = (schema["x-labels"] ?? {}) as Record<string, string>;
  const data = all.map((value) => ({ value, label: labels[value] ?? choice(value) }));
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
