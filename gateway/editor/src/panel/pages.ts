/** Pages: items as the server gives them, a page at a time, however many there are; the latest ones are kept. */
import { useEffect, useState } from "react";
import { ApiError, call } from "../api/client";
import type { Item, Place, Stream } from "./data";

export const PAGE = 50;
const KEPT = 60;
const AGAIN_MS = 250;
const PATIENCE_MS = 6_000;

export interface Page {
  items: Item[];
  total: number;
  /** False: what was given is no longer there. */
  kept: boolean;
}

const kept = new Map<string, Promise<Page>>();

/** Reads some items of a place. What happened a moment ago comes to the history a moment later: it is waited for. */
export function readItems(place: Place, offset: number, limit = PAGE, whole = false): Promise<Page> {
  const key = JSON.stringify([place, offset, limit, whole]);
  let found = kept.get(key);
  if (!found) {
    found = ask(place, offset, limit, whole);
    found.catch(() => kept.delete(key));
  }
  kept.delete(key);
  kept.set(key, found);
  for (const old of kept.keys()) {
    if (kept.size <= KEPT) break;
    kept.delete(old);
  }
  return found;
}

async function ask({ execution, ...place }: Place, offset: number, limit: number, whole: boolean): Promise<Page> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      const query = { ...place, offset, limit, whole: whole || undefined };
      const page = await call("GET /api/v1/executions/{execution}/items", { path: { execution }, query });
      return { items: page.data as Item[], total: page.total, kept: page.kept ?? true };
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404 || Date.now() > until) throw error;
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  }
}

/** Gives a page of a stream; null while it is read. */
export function usePage(stream: Stream | undefined, at: number): { page: Page | null; failed: unknown } {
  const [found, setFound] = useState<{ of: string; page: Page | null; failed: unknown } | null>(null);
  const place = stream?.place ?? null;
  const of = JSON.stringify([place, at]);
  useEffect(() => {
    if (!place) return;
    let dropped = false;
    readItems(place, at * PAGE).then(
      (page) => dropped || setFound({ of, page, failed: null }),
      (failed: unknown) => dropped || setFound({ of, page: null, failed }),
    );
    return () => {
      dropped = true;
    };
    // The text says whether it is another place.
  }, [of]);
  if (stream?.items) {
    const items = stream.items.slice(at * PAGE, (at + 1) * PAGE);
    return { page: { items, total: stream.items.length, kept: true }, failed: null };
  }
  return found?.of === of ? found : { page: null, failed: null };
}
