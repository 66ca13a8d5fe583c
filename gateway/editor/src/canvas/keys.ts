/** Keys on the canvas; they count only while the canvas has the focus, so that Tab stays Tab elsewhere. */
import type { KeyboardEvent } from "react";
import { announce } from "../shell/announce";
import { openConnecting } from "./Connecting";
import { toggleOutline } from "./Outline";
import { addHere, jumpTo } from "./commands";
import { openFinding } from "./Finding";
import { describe } from "./describe";
import { useDraft } from "./draft";
import { addNote, duplicate, groupSelected, moveSelected, removeSelected, selectAll, toggleDisabled, ungroupSelected } from "./edits";
import { arrange } from "./layout";
import { openNode, useSelection } from "./selection";
import { fit, zoom } from "./viewport";
import { type Direction, neighbour, reach } from "./walk";

const ARROWS: Record<string, Direction> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

/** How far Alt with an arrow moves what is selected, and how many times as far with Shift. */
const STEPS: Record<string, [number, number]> = { ArrowLeft: [-20, 0], ArrowRight: [20, 0], ArrowUp: [0, -20], ArrowDown: [0, 20] };
const LEAP = 5;
/** Escape was the last key: the next Tab leaves the canvas. */
let leaving = false;

export function keyPressed(event: KeyboardEvent<HTMLElement>): void {
  const target = event.target as HTMLElement;
  if (target.closest("input, textarea, select, [contenteditable=true]")) return;
  if (event.key === "Tab" && leaving) {
    leaving = false;
    return;
  }
  leaving = event.key === "Escape" && useSelection.getState().nodes.size === 0;
  if (leaving) announce("Tab leaves the canvas");
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
    case "f":
      openFinding(event.shiftKey ? "everywhere" : "here");
      return true;
    case "g":
      if (event.shiftKey) ungroupSelected();
      else groupSelected();
      return true;
    case "y":
    case "z": {
      const again = event.key.toLowerCase() === "y" || event.shiftKey;
      if (again) draft.redo();
      else draft.undo();
      announce(again ? "Done again" : "Undone");
      return true;
    }
    default:
      return false;
  }
}

function withAlt(event: KeyboardEvent): boolean {
  const by = STEPS[event.key];
  if (by) {
    const [x, y] = event.shiftKey ? [by[0] * LEAP, by[1] * LEAP] : by;
    return moveSelected(x, y);
  }
  if (!event.shiftKey || event.code !== "KeyT") return false;
  const { nodes } = useSelection.getState();
  void arrange(nodes).then(() => nodes.size < 2 && fit());
  return true;
}

function plain(event: KeyboardEvent): boolean {
  const { nodes, rename, select } = useSelection.getState();
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
      openNode(only);
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
    case "c":
    case "C":
      if (only) openConnecting(only);
      return only !== null;
    case "o":
    case "O":
      toggleOutline();
      return true;
    case "S":
      addNote();
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
    const reached = reach(doc, nodes, direction);
    select(reached);
    announce(`${reached.size} selected`);
    return true;
  }
  const next = neighbour(doc, [...nodes].at(-1), direction);
  if (!next) return true;
  jumpTo(next.id);
  announce(describe(doc, next));
  return true;
}

