/** JSON Schema as the forms read it: references followed, optional values unwrapped, one kind of field for each. */

export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  default?: unknown;
  title?: string;
  description?: string;
  minimum?: number;
  maximum?: number;
  examples?: unknown[];
  contentMediaType?: string;
  $defs?: Record<string, Schema>;
  [key: string]: unknown;
}

export type Kind = "object" | "array" | "choice" | "boolean" | "number" | "text" | "code" | "any";

/** Follows references and drops the null of an optional value; what stands beside a reference counts more. */
export function resolved(schema: Schema, root: Schema): Schema {
  let found = schema;
  for (let depth = 0; depth < 8; depth++) {
    if (found.$ref) {
      const name = found.$ref.split("/").at(-1) ?? "";
      const { $ref: _, ...beside } = found;
      found = { ...(root.$defs?.[name] ?? {}), ...beside };
      continue;
    }
    const options = found.anyOf?.filter((each) => each.type !== "null");
    if (options?.length === 1) {
      const { anyOf: _, ...beside } = found;
      found = { ...options[0], ...beside };
      continue;
    }
    break;
  }
  return found;
}

export function kindOf(schema: Schema): Kind {
  if (schema.contentMediaType) return "code";
  if (choices(schema)) return "choice";
  if (schema.properties) return "object";
  switch (schema.type) {
    case "array":
      return schema.items ? "array" : "any";
    case "boolean":
      return "boolean";
    case "integer":
    case "number":
      return "number";
    case "string":
      return "text";
    default:
      return "any";
  }
}

/** Gives the values to choose from: of an enum, or of alternatives that are all constants or enums. */
export function choices(schema: Schema): unknown[] | null {
  if (schema.enum) return schema.enum;
  if (schema.const !== undefined) return [schema.const];
  const first = schema.anyOf?.map((each) => each.enum ?? (each.const === undefined ? null : [each.const]));
  if (first?.length && first.every((each) => each !== null)) return first.flat();
  // One value of a list, or several of it: the form offers one.
  const [one, many] = schema.anyOf ?? [];
  return schema.anyOf?.length === 2 && one?.enum && many?.type === "array" ? one.enum : null;
}

/** Says whether a field is of use: in this version of the type, with the values that the others have. */
export function applies(schema: Schema, version: number, values: Record<string, unknown>, siblings: Record<string, Schema>): boolean {
  const since = schema["x-since"];
  const until = schema["x-until"];
  if (typeof since === "number" && version < since) return false;
  if (typeof until === "number" && version > until) return false;
  const when = schema["x-when"] as Record<string, unknown[]> | undefined;
  return Object.entries(when ?? {}).every(([key, wanted]) => {
    const value = values[key] === undefined ? siblings[key]?.default : values[key];
    return wanted.includes(value) || (typeof value === "string" && value.startsWith("="));
  });
}

/** Gives a field what may stand in it, where that depends on the value of another field. */
export function offered(schema: Schema, values: Record<string, unknown>, siblings: Record<string, Schema>): Schema {
  const offers = schema["x-offers"] as Record<string, Record<string, string[]>> | undefined;
  for (const [key, texts] of Object.entries(offers ?? {})) {
    const examples = texts[String(values[key] ?? siblings[key]?.default)];
    if (examples) return { ...schema, examples };
  }
  return schema;
}

export function isExpression(value: unknown): value is string {
  return typeof value === "string" && value.startsWith("=");
}

/** Gives what a new entry of a list begins with: its identifying `id`, if it has one. */
export function blank(schema: Schema, root: Schema): unknown {
  const whole = resolved(schema, root);
  switch (kindOf(whole)) {
    case "object":
      return whole.properties?.id ? { id: crypto.randomUUID() } : begun(whole, root);
    case "array":
      return [];
    case "number":
      return whole.default ?? 0;
    case "boolean":
      return whole.default ?? false;
    case "choice":
      return whole.default ?? choices(whole)?.[0];
    default:
      return whole.default ?? "";
  }
}

/** Gives an object the values without which it says nothing: examples, or what is blank. */
function begun(schema: Schema, root: Schema): Record<string, unknown> {
  const needed = (schema.required ?? []).map((key) => [key, resolved(schema.properties?.[key] ?? {}, root)] as const);
  return Object.fromEntries(needed.map(([key, field]) => [key, field.examples?.[0] ?? blank(field, root)]));
}

/** Leaves out of a value the parts that lack what they need. */
export function whole(value: unknown, schema: Schema, root: Schema): unknown {
  const known = resolved(schema, root);
  if (!known.properties || typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, whole(each, known.properties?.[key] ?? {}, root)] as const);
  const kept = Object.fromEntries(entries.filter(([, each]) => each !== undefined));
  const lacking = (known.required ?? []).some((key) => kept[key] === undefined || kept[key] === "");
  const nothing = known !== root && Object.keys(kept).length === 0;
  return lacking || nothing ? undefined : kept;
}
