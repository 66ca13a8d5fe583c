/** Values of a data table's rows as texts of a field, and back. */

export type Row = Record<string, unknown>;
export const CREATED = "createdAt";

export function asText(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

/** Reads what was written into a field; nothing written is no value. */
export function asValue({ name, type }: { name: string; type: string }, text: string): unknown {
  if (text.trim() === "") return null;
  if (type === "boolean") return text === "true";
  if (type !== "number") return text;
  const number = Number(text);
  if (Number.isNaN(number)) throw new Error(`“${text}” in ${name} is no number; write it like 12.5`);
  return number;
}
