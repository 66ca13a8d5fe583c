/** A chooser: a field and a list under it, all by keyboard. The node palette and the command palette are made of it. */
import { type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";

interface Props<T> {
  label: string;
  hint: string;
  /** What stands in the field at first. */
  begin?: string;
  /** Hears what is asked for, where the answer takes time. */
  asked?(query: string): void;
  find(query: string): T[];
  keyOf(entry: T): string;
  /** Starts a group where it differs from the entry's before. */
  groupOf?(entry: T, query: string): string | null;
  show(entry: T): ReactNode;
  choose(entry: T): void;
  close(): void;
}

const MOST = 200;

export function Chooser<T>({ label, hint, begin = "", asked, find, keyOf, groupOf, show, choose, close }: Props<T>) {
  const [query, setQuery] = useState(begin);
  const [at, setAt] = useState(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const found = useMemo(() => find(query).slice(0, MOST), [find, query]);
  const here = Math.min(at, Math.max(found.length - 1, 0));

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [here, query]);
  useReturnOfFocus();

  const move = (by: number) => setAt((here + by + found.length) % Math.max(found.length, 1));
  return (
    <div className="chooser-shade" onPointerDown={(event) => event.target === event.currentTarget && close()}>
      <div className="chooser" role="dialog" aria-modal="true" aria-label={label}>
        <input
          className="chooser-field"
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={found.length ? `${id}-${here}` : undefined}
          aria-label={hint}
          placeholder={hint}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            asked?.(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown" || (event.key === "Tab" && !event.shiftKey)) move(1);
            else if (event.key === "ArrowUp" || event.key === "Tab") move(-1);
            else if (event.key === "Escape") close();
            else if (event.key === "Enter" && found[here] !== undefined) choose(found[here]);
            else return;
            event.preventDefault();
            event.stopPropagation();
          }}
        />
        <div className="chooser-list" role="listbox" aria-label={label} id={`${id}-list`} ref={list}>
          {found.map((entry, index) => {
            const group = groupOf?.(entry, query) ?? null;
            const before = index > 0 ? (groupOf?.(found[index - 1]!, query) ?? null) : null;
            return (
              <div key={keyOf(entry)} role="presentation">
                {group !== null && group !== before && (
                  <div className="chooser-group" role="presentation">
                    {group}
                  </div>
                )}
                <div
                  id={`${id}-${index}`}
                  role="option"
                  aria-selected={index === here}
                  className={`choice${index === here ? " choice-here" : ""}`}
                  onPointerMove={() => index !== here && setAt(index)}
                  onClick={() => choose(entry)}
                >
                  {show(entry)}
                </div>
              </div>
            );
          })}
          {found.length === 0 && <div className="chooser-none">Nothing is called that.</div>}
        </div>
      </div>
    </div>
  );
}

/** Gives the focus back to where it was when the chooser closes. */
function useReturnOfFocus(): void {
  const [before] = useState(() => document.activeElement as HTMLElement | null);
  useEffect(
    () => () => {
      const lost = document.activeElement === document.body;
      if (lost && before?.isConnected) before.focus({ preventScroll: true });
    },
    [before],
  );
}
