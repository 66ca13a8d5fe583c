/** Keys on the canvas; they count only while the canvas has the focus, so that Tab stays Tab elsewhere. */
import type { KeyboardEvent } from "react";
import { byId } from "./document";
import { addHere, jumpTo } from "./commands";
import { useDraft } from "./draft";
import { duplicate, removeSelected, selectAll, toggleDisabled } from "./edits";
import { arrange } from "./layout";
import { useSelection } from "./selection";
import { fit, zoom } from "./viewport";
import { type Direction, neighbour, reach } from "./walk";

const ARROWS: Record<string, Direction> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

export function keyPressed(event: KeyboardEvent<HTMLElement>): void {
  const target = event.target as HTMLElement;
  if (target.closest("input, textarea, select, [contenteditable=true]")) return;
  const done = event.metaKey || event.ctrlKey ? withModifier(event) : event.altKey ? withAlt(event) : plain(event);
  if (done) {
    event.preventDefault();
    event.stopPropagation();
  }
}

function withModifier(event: KeyboardEvent): boolean {
  const draft = useDraft.getState();
  switch (event.key.toLowerCase()) {
    case "a":
      selectAll();
      return true;
    case "d":
      duplicate();
      return true;
    case "y":
      draft.redo();
      return true;
    case "z":
      if (event.shiftKey) draft.redo();
      else draft.undo();
      return true;
    default:
      return false;
  }
}

function withAlt(event: KeyboardEvent): boolean {
  if (!event.shiftKey || event.code !== "KeyT") return false;
  const { nodes } = useSelection.getState();
  void arrange(nodes).then(() => nodes.size < 2 && fit());
  return true;
}

function plain(event: KeyboardEvent): boolean {
  const { nodes, openPanel, rename, select } = useSelection.getState();
  const { doc, fixed } = useDraft.getState();
  if (!doc) return false;
  const direction = ARROWS[event.key];
  if (direction) return walk(direction, event.shiftKey);
  const only = nodes.size === 1 ? [...nodes][0]! : null;
  switch (event.key) {
    case "Tab":
      if (event.shiftKey || fixed) return false;
      addHere();
      return true;
    case "Enter":
      if (!only) return false;
      openPanel(only);
      return true;
    case "F2":
      if (!only || fixed) return false;
      rename(only);
      return true;
    case "Delete":
    case "Backspace":
      removeSelected();
      return true;
    case "Escape":
      select([]);
      return true;
    case "d":
    case "D":
      toggleDisabled();
      return true;
    case "+":
    case "=":
      zoom("in");
      return true;
    case "-":
      zoom("out");
      return true;
    case "0":
      zoom("whole");
      return true;
    case "1":
      fit();
      return true;
    default:
      return false;
  }
}

function walk(direction: Direction, extend: boolean): boolean {
  const { nodes, select } = useSelection.getState();
  const { doc } = useDraft.getState();
  if (!doc) return false;
  if (extend && (direction === "left" || direction === "right")) {
    select(reach(doc, nodes, direction));
    return true;
  }
  const next = neighbour(doc, [...nodes].at(-1), direction);
  if (!next) return true;
  jumpTo(next.id);
  announce(byId(doc, next.id)?.name ?? "");
  return true;
}

function announce(text: string): void {
  const spot = document.getElementById("announced");
  if (spot) spot.textContent = text;
}
