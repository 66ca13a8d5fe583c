/** The sight: what the expressions of the open node see, and what they give on the item that is picked. */
import { useEffect, useState } from "react";
import { create } from "zustand";
import { ApiError, call, reason } from "../api/client";
import type { CompleteBody, Completion } from "../gen/api";
import type { Doc } from "../canvas/document";
import { useDraft } from "../canvas/draft";
import type { Stream } from "./data";
import { usePick } from "./pick";
import { allPinned } from "./pins";

interface Sight {
  node: string;
  doc: Doc | null;
  execution: string | null;
  /** What came in by the first input. */
  input: Stream | null;
  variables: Record<string, string>;
}

export const useSight = create<Sight>(() => ({ node: "", doc: null, execution: null, input: null, variables: {} }));

/** Reads the variables of the installation, which expressions see as `$vars`. */
export function readVariables(): void {
  call("GET /api/v1/variables").then(
    ({ data }) => useSight.setState({ variables: Object.fromEntries(data.map((each) => [each.key, each.value])) }),
    () => undefined, // expressions that use none work without them
  );
}

const PAUSE_MS = 180;
const MOST_AT_HAND = 1_000;

type Seen = Omit<CompleteBody, "text" | "position">;

function seenBy(text: string, { node, doc, execution, input, variables }: Sight, index: number): Seen {
  const { workflow, active } = useDraft.getState();
  const pins = Object.fromEntries(Object.entries(doc ? allPinned(doc) : {}).map(([name, items]) => [name, [items]]));
  const parameters: Record<string, Record<string, unknown>> = {};
  // The parameters of another node matter only where it is named; its name is worth knowing all the same.
  for (const each of doc?.nodes ?? []) parameters[each.name] = each.name === node || text.includes(each.name) ? each.parameters : {};
  const settings = (doc?.settings ?? {}) as { timezone?: string };
  return {
    itemIndex: index,
    node,
    parameters,
    variables,
    runs: pins,
    workflow: { id: workflow ?? "", name: doc?.name ?? "", active },
    ...(settings.timezone && settings.timezone !== "DEFAULT" ? { zone: settings.timezone } : {}),
    ...(execution ? { execution } : {}),
    ...(input?.items
      ? { items: input.items.slice(0, MOST_AT_HAND), source: input.node ?? undefined }
      : input?.place
        ? { input: { node: input.place.node, output: input.place.output, run: input.place.run } }
        : {}),
  };
}

/** Asks what may be written at a place of an expression (its `=` included). */
export async function completions(text: string, position: number): Promise<Completion[]> {
  const body = { ...seenBy(text, useSight.getState(), usePick.getState().index), text, position };
  return (await call("POST /api/v1/expressions/complete", { body })).data;
}

export interface Preview {
  of: string;
  value?: unknown;
  error?: string;
  hint?: string;
}

/** Gives what an expression is on the picked item, a moment after it was written; null while that is not known. */
export function usePreview(expression: string): Preview | null {
  const sight = useSight();
  const index = usePick((state) => state.index);
  const [found, setFound] = useState<Preview | null>(null);
  useEffect(() => {
    let dropped = false;
    const timer = setTimeout(() => {
      const body = { ...seenBy(expression, sight, index), expression };
      call("POST /api/v1/expressions/evaluate", { body }).then(
        ({ value }) => dropped || setFound({ of: expression, value }),
        (error: unknown) => dropped || setFound({ of: expression, error: reason(error), hint: error instanceof ApiError ? error.hint : undefined }),
      );
    }, PAUSE_MS);
    return () => {
      dropped = true;
      clearTimeout(timer);
    };
  }, [expression, sight, index]);
  return found;
}

/** Says a value in words; what JSON cannot hold comes with a mark. */
export function shown(value: unknown): { text: string; kind: string } {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    const [mark, inner] = Object.entries(value)[0] ?? [];
    if (mark === "$undefined") return { text: "undefined", kind: "null" };
    if (mark === "$date" || mark === "$dateTime" || mark === "$number") return { text: String(inner), kind: "number" };
  }
  if (typeof value === "string") return { text: value === "" ? "an empty text" : value, kind: value === "" ? "null" : "string" };
  if (value === null) return { text: "null", kind: "null" };
  return { text: JSON.stringify(value) ?? "", kind: typeof value === "object" ? "object" : typeof value };
}
