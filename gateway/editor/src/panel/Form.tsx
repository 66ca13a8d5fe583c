/** Forms: made of a node type's JSON Schema alone. A value that is as the schema's default is not written down. */
import { ActionIcon, Button, Menu } from "@mantine/core";
import { Icon } from "../shell/icons";
import { title } from "../shell/words";
import { Field } from "./Field";
import { type Schema, applies, blank, kindOf, offered, resolved } from "./schema";

export interface FormContext {
  root: Schema;
  version: number;
  fixed: boolean;
  /** Problems by field name, as the API told them. */
  faults: ReadonlyMap<string, string>;
  /** Values are fixed: a text that begins with `=` is a text like any other here. */
  plain?: boolean;
}

type Values = Record<string, unknown>;

interface ObjectProps {
  schema: Schema;
  value: Values;
  context: FormContext;
  path: string;
  change(value: Values): void;
}

const FEW = 4;

/** The fields of an object; where there are many and none is needed, those not in use wait in a menu. */
export function ObjectForm({ schema, value, context, path, change }: ObjectProps) {
  const fields = Object.entries(schema.properties ?? {})
    .filter(([key]) => key !== "id")
    .map(([key, raw]) => [key, resolved(raw, context.root)] as const)
    .filter(([, field]) => field["x-never"] !== true);
  const siblings = Object.fromEntries(fields);
  const possible = fields.filter(([key, field]) => value[key] !== undefined || applies(field, context.version, value, siblings));
  const quiet = path !== "" && possible.length > FEW;
  const shown = quiet ? possible.filter(([key]) => value[key] !== undefined) : possible;
  const waiting = quiet ? possible.filter(([key]) => value[key] === undefined) : [];
  const set = (key: string, next: unknown) => {
    const { [key]: _, ...rest } = value;
    change(next === undefined ? rest : { ...value, [key]: next });
  };
  return (
    <div className={`${path ? "form form-inner" : "form"}${context.plain ? " form-told" : ""}`}>
      {shown.map(([key, field]) => (
        <Entry
          key={key}
          name={key}
          schema={offered(field, value, siblings)}
          value={value[key]}
          context={context}
          path={path ? `${path}.${key}` : key}
          change={(next) => set(key, next)}
          remove={quiet ? () => set(key, undefined) : undefined}
        />
      ))}
      {waiting.length > 0 && !context.fixed && (
        <Menu shadow="md" position="bottom-start">
          <Menu.Target>
            <Button size="compact-xs" variant="subtle" color="gray" leftSection={<Icon name="add" size={12} />}>
              {shown.length ? "More" : "Choose"}
            </Button>
          </Menu.Target>
          <Menu.Dropdown mah={320} style={{ overflowY: "auto" }}>
            {waiting.map(([key, field]) => (
              <Menu.Item key={key} onClick={() => set(key, started(field, context.root))}>
                <div>{label(key, field)}</div>
                {field.description && <div className="dim small">{field.description}</div>}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </div>
  );
}

interface EntryProps {
  name: string;
  schema: Schema;
  value: unknown;
  context: FormContext;
  path: string;
  change(value: unknown): void;
  remove?: () => void;
}

/** One field of an object, whatever it is. */
function Entry({ name, schema, value, context, path, change, remove }: EntryProps) {
  const kind = kindOf(schema);
  const text = label(name, schema);
  if (kind === "object" && value === undefined && schema.required?.length) {
    return <Beginning text={text} help={schema.description} fixed={context.fixed} begin={() => change(blank(schema, context.root))} />;
  }
  if (kind === "object" && (value === undefined || isRecord(value))) {
    const away = remove ?? (schema.required?.length && !context.fixed ? () => change(undefined) : undefined);
    return (
      <fieldset className="group">
        <Legend text={text} help={schema.description} remove={away} />
        <ObjectForm schema={schema} value={(value as Values | undefined) ?? {}} context={context} path={path} change={change} />
      </fieldset>
    );
  }
  if (kind === "array" && (value === undefined || Array.isArray(value))) {
    return (
      <fieldset className="group">
        <Legend text={text} help={schema.description} remove={remove} />
        <List schema={schema} value={(value as unknown[] | undefined) ?? listed(schema)} context={context} path={path} change={change} />
      </fieldset>
    );
  }
  return <Field label={text} schema={schema} kind={kind} value={value} context={context} path={path} change={change} remove={remove} />;
}

interface ListProps {
  schema: Schema;
  value: unknown[];
  context: FormContext;
  path: string;
  change(value: unknown): void;
}

function List({ schema, value, context, path, change }: ListProps) {
  const items = resolved(schema.items ?? {}, context.root);
  const kind = kindOf(items);
  const set = (at: number, next: unknown) => change(value.map((each, index) => (index === at ? next : each)));
  const remove = (at: number) => change(value.filter((_, index) => index !== at));
  return (
    <div className="list">
      {value.map((each, at) => (
        <div key={entryKey(each, at)} className="list-entry">
          <div className="list-body">
            {kind === "object" && isRecord(each) ? (
              <ObjectForm schema={items} value={each} context={context} path={`${path}.${at}`} change={(next) => set(at, next)} />
            ) : (
              <Field label={`${at + 1}`} bare schema={items} kind={kind} value={each} context={context} path={`${path}.${at}`} change={(next) => set(at, next ?? blank(items, context.root))} />
            )}
          </div>
          {!context.fixed && (
            <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`Remove entry ${at + 1}`} onClick={() => remove(at)}>
              <Icon name="x" size={13} />
            </ActionIcon>
          )}
        </div>
      ))}
      {!context.fixed && (
        <Button size="compact-xs" variant="subtle" leftSection={<Icon name="add" size={12} />} onClick={() => change([...value, blank(items, context.root)])}>
          Add
        </Button>
      )}
    </div>
  );
}

/** A part that is not there, and is whole as soon as it is begun. */
function Beginning({ text, help, fixed, begin }: { text: string; help?: string; fixed: boolean; begin(): void }) {
  return (
    <div className="field">
      <div className="field-head">
        <span className="field-label">{text}</span>
        {help && <span className="field-help" title={help}>{help}</span>}
      </div>
      <Button size="compact-xs" variant="default" disabled={fixed} style={{ alignSelf: "start" }} aria-label={`Set ${text}`} leftSection={<Icon name="add" size={12} />} onClick={begin}>
        Set
      </Button>
    </div>
  );
}

function Legend({ text, help, remove }: { text: string; help?: string; remove?: () => void }) {
  return (
    <legend>
      <span title={help}>{text}</span>
      {remove && <Remove text={text} remove={remove} />}
    </legend>
  );
}

export function Remove({ text, remove }: { text: string; remove: () => void }) {
  return (
    <ActionIcon variant="subtle" color="gray" size="xs" aria-label={`Remove ${text}`} onClick={remove}>
      <Icon name="x" size={11} />
    </ActionIcon>
  );
}

function label(key: string, schema: Schema): string {
  if (typeof schema["x-label"] === "string") return schema["x-label"];
  const given = schema.title;
  // Titles that are only the name in another case say less than the name.
  return given && given.toLowerCase() !== key.toLowerCase() && schema.properties === undefined ? given : title(key);
}

function started(schema: Schema, root: Schema): unknown {
  const kind = kindOf(schema);
  return kind === "object" || kind === "array" ? blank(schema, root) : (schema.default ?? blank(schema, root));
}

function listed(schema: Schema): unknown[] {
  return Array.isArray(schema.default) ? schema.default : [];
}

function entryKey(value: unknown, at: number): string {
  return isRecord(value) && typeof value.id === "string" ? value.id : String(at);
}

function isRecord(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
