/** The outline beside the canvas: a tree of the nodes, all by keyboard. */
import { CloseButton } from "@mantine/core";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { create } from "zustand";
import { specOf, useNodeTypes } from "../api/nodeTypes";
import { useRun } from "../executions/run";
import { Icon, groupIcon } from "../shell/icons";
import { STATUS } from "../shell/words";
import { focusCanvas, jumpTo } from "./commands";
import { openConnecting } from "./Connecting";
import { useDraft } from "./draft";
import { portsNow, removeSelected, toggleDisabled } from "./edits";
import { type Row, outline } from "./outline";
import { openNode, useSelection } from "./selection";

export const useOutline = create<{ open: boolean }>(() => ({ open: false }));

export function toggleOutline(): void {
  useOutline.setState((state) => ({ open: !state.open }));
}

export function Outline() {
  const open = useOutline((state) => state.open);
  if (!open) return null;
  const close = () => {
    toggleOutline();
    focusCanvas();
  };
  return (
    <aside className="side" aria-label="Outline" onKeyDown={(event) => event.key === "Escape" && close()}>
      <div className="side-head">
        <h2>Outline</h2>
        <CloseButton aria-label="Close the outline" onClick={close} />
      </div>
      <Tree />
      <p className="side-note small">Arrows move, Enter opens, C connects, D disables, F2 renames, Delete removes.</p>
    </aside>
  );
}

function Tree() {
  const doc = useDraft((state) => state.doc);
  const selected = useSelection((state) => state.nodes);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState<string | null>(null);
  const tree = useRef<HTMLUListElement>(null);
  const all = useMemo(() => (doc ? outline(doc) : []), [doc]);
  const rows = all.filter((row) => !hidden(row, closed));
  const here = rows.find((row) => row.key === at) ?? rows.find((row) => selected.has(row.node.id)) ?? rows[0];

  useEffect(() => {
    tree.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }, []);
  const move = (row: Row | undefined) => {
    if (!row) return;
    setAt(row.key);
    jumpTo(row.node.id);
    tree.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(row.key)}"]`)?.focus();
  };
  const fold = (row: Row, shut: boolean) =>
    setClosed((before) => {
      const next = new Set(before);
      if (shut) next.add(row.key);
      else next.delete(row.key);
      return next;
    });
  const pressed = (event: KeyboardEvent) => {
    if (!here || event.ctrlKey || event.metaKey || event.altKey) return;
    const place = rows.indexOf(here);
    const parent = rows.find((row) => row.key === here.parent);
    const deeds: Record<string, () => void> = {
      ArrowDown: () => move(rows[place + 1]),
      ArrowUp: () => move(rows[place - 1]),
      Home: () => move(rows[0]),
      End: () => move(rows.at(-1)),
      ArrowRight: () => (closed.has(here.key) ? fold(here, false) : here.children && move(rows[place + 1])),
      ArrowLeft: () => (here.children && !closed.has(here.key) ? fold(here, true) : move(parent)),
      Enter: () => openNode(here.node.id),
      " ": () => move(here),
      ...changes(here),
    };
    const deed = deeds[event.key];
    if (!deed) return;
    event.preventDefault();
    event.stopPropagation();
    deed();
  };
  if (rows.length === 0) return <p className="side-note">There is no node yet.</p>;
  return (
    <ul className="tree" role="tree" aria-label="Nodes in the order of their flow" ref={tree} onKeyDown={pressed}>
      {rows.map((row) => (
        <TreeRow key={row.key} row={row} here={row === here} selected={selected.has(row.node.id)} shut={closed.has(row.key)} choose={() => move(row)} />
      ))}
    </ul>
  );
}

function changes({ node }: Row): Record<string, () => void> {
  if (useDraft.getState().fixed) return {};
  const only = new Set([node.id]);
  const disable = () => toggleDisabled(only);
  const remove = () => {
    useSelection.getState().select(only);
    removeSelected();
  };
  return { c: () => openConnecting(node.id), d: disable, D: disable, Delete: remove, F2: () => useSelection.getState().rename(node.id) };
}

interface TreeRowProps {
  row: Row;
  here: boolean;
  selected: boolean;
  shut: boolean;
  choose(): void;
}

function TreeRow({ row, here, selected, shut, choose }: TreeRowProps) {
  const { node, depth, again, children, outputs } = row;
  const spec = specOf(useNodeTypes((state) => state.types), node);
  const last = useRun((state) => state.byNode.get(node.name)?.at(-1));
  const doc = useDraft((state) => state.doc);
  const parent = row.parent && doc?.nodes.find((each) => each.id === row.parent!.split("/").at(-1));
  const names = parent ? portsNow(parent).outputs : [];
  const by = names.length > 1 ? outputs.map((output) => names[output] ?? output).join(", ") : "";
  const words = [node.disabled && "disabled", again && "see above", last && (STATUS[last.status] ?? last.status)].filter(Boolean);
  return (
    <li
      role="treeitem"
      data-key={row.key}
      tabIndex={here ? 0 : -1}
      aria-level={depth + 1}
      aria-posinset={row.at}
      aria-setsize={row.of}
      aria-selected={selected}
      aria-expanded={children ? !shut : undefined}
      className={`tree-row${selected ? " tree-selected" : ""}`}
      style={{ paddingLeft: 14 + depth * 16 }}
      onClick={choose}
      onDoubleClick={() => openNode(node.id)}
    >
      <span className={`tree-icon group-${spec?.group ?? "none"}`}>
        <Icon name={spec ? groupIcon(spec.group) : "warn"} size={13} />
      </span>
      {by && <span className="tree-by">{by}</span>}
      <span className="tree-name">{node.name}</span>
      {words.length > 0 && <span className="tree-words">{words.join(", ")}</span>}
    </li>
  );
}

function hidden(row: Row, closed: ReadonlySet<string>): boolean {
  return [...closed].some((key) => row.key !== key && row.key.startsWith(`${key}/`));
}
