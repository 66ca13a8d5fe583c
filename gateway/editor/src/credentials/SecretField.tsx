/** A field of a credential. One that is kept shows as kept; typing replaces it. */
import { Checkbox, NumberInput, PasswordInput, Select, TextInput, Textarea } from "@mantine/core";
import { title } from "../shell/words";

export interface FieldSchema {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: string[];
  writeOnly?: boolean;
  format?: string;
}

interface Props {
  name: string;
  schema: FieldSchema;
  needed: boolean;
  value: unknown;
  change(value: unknown): void;
}

export function SecretField({ name, schema, needed, value, change }: Props) {
  const given = value ?? schema.default;
  const kept = typeof given === "object" && given !== null && "$secret" in given;
  const facts = { label: title(name), description: schema.description, required: needed, mt: "sm" } as const;
  if (schema.enum) return <Select {...facts} data={schema.enum} value={String(given ?? "")} onChange={change} />;
  if (schema.type === "boolean") {
    return <Checkbox {...facts} checked={Boolean(given)} onChange={(event) => change(event.currentTarget.checked)} />;
  }
  if (schema.type === "integer" || schema.type === "number") {
    return <NumberInput {...facts} value={Number(given ?? 0)} onChange={(next) => change(Number(next))} />;
  }
  const text = kept || given === undefined || given === null ? "" : String(given);
  const asked = kept ? "kept; type to replace it" : undefined;
  if (schema.writeOnly && /key|certificate/i.test(name) && schema.format === "textarea") {
    return <Textarea {...facts} placeholder={asked} autosize minRows={3} value={text} onChange={(event) => change(event.currentTarget.value)} />;
  }
  if (schema.writeOnly) {
    return (
      <PasswordInput
        {...facts}
        placeholder={asked}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ "aria-label": `Show ${title(name)}` }}
        value={text}
        onChange={(event) => change(event.currentTarget.value)}
      />
    );
  }
  return <TextInput {...facts} value={text} onChange={(event) => change(event.currentTarget.value)} />;
}
