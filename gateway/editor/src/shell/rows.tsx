/** Rows: what the pages that list things share: reading on, saying what failed, and taking a row away. */
import { ActionIcon, Button, Table } from "@mantine/core";
import { useCallback, useEffect, useRef, useState } from "react";
import { Icon } from "./icons";
import { fail } from "./notices";

interface Read<T> {
  data: T[];
  nextCursor: string | null;
}

/**
 * Gives rows by the page, the first at once; `failing` is told when the first page cannot be read. `read` is stable, and
 * an answer to what was asked before counts no more when it changes.
 */
export function usePages<T>(read: (cursor?: string) => Promise<Read<T>>, failing: (error: unknown) => void) {
  const [rows, setRows] = useState<T[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const asked = useRef(0);
  const refresh = useCallback(() => {
    const mine = ++asked.current;
    const current = () => mine === asked.current;
    read().then(
      (page) => current() && (setRows(page.data), setCursor(page.nextCursor)),
      (error) => current() && failing(error),
    );
  }, [read, failing]);
  useEffect(refresh, [refresh]);
  const next = () => {
    if (!cursor) return;
    const mine = asked.current;
    read(cursor).then((page) => {
      if (mine !== asked.current) return;
      setRows((before) => [...(before ?? []), ...page.data]);
      setCursor(page.nextCursor);
    }, fail);
  };
  return { rows, setRows, more: cursor !== null, next, refresh };
}

export function Older({ more, next }: { more: boolean; next(): void }) {
  if (!more) return null;
  return (
    <Button variant="default" size="xs" mt="sm" onClick={next}>
      Show older ones
    </Button>
  );
}

/** What kept a page from being read, if anything did. */
export function Trouble({ of }: { of: string | null }) {
  if (!of) return null;
  return (
    <div className="page-note" role="alert">
      {of}
    </div>
  );
}

/** The last cell of a row that opens at a click, with what takes it away. */
export function RemoveCell({ label, remove }: { label: string; remove(): void }) {
  return (
    <Table.Td onClick={(event) => event.stopPropagation()}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={remove}>
        <Icon name="trash" />
      </ActionIcon>
    </Table.Td>
  );
}
