/** The palette: every node type, found by a few letters, put where it was asked for. */
import { useMemo } from "react";
import { useNodeTypes } from "../api/nodeTypes";
import { useDraft } from "../canvas/draft";
import { insertNode } from "../canvas/edits";
import { reveal } from "../canvas/viewport";
import { useSelection } from "../canvas/selection";
import type { NodeSpec } from "../gen/api";
import { Icon, groupIcon } from "../shell/icons";
import { Chooser } from "./Chooser";
import { rank } from "./fuzzy";
import { type Spot, closePalette, usePalette } from "./store";

const ORDER = ["triggers", "flow", "transform", "data", "apps", "ai"];

export function Palette() {
  const spot = usePalette((state) => state.spot);
  const types = useNodeTypes((state) => state.types);
  const empty = useDraft((state) => state.doc?.nodes.length === 0);
  const entries = useMemo(() => fitting([...types.values()], spot, empty), [types, spot, empty]);
  if (!spot) return null;
  return (
    <Chooser<NodeSpec>
      label="Node types"
      hint={empty ? "Start with a trigger …" : "Add a node …"}
      find={(query) => rank(query, entries, (spec) => [spec.title, spec.name, spec.summary])}
      keyOf={(spec) => spec.name}
      groupOf={(spec, query) => (query.trim() ? null : spec.group)}
      show={(spec) => (
        <>
          <span className={`choice-icon group-${spec.group}`}>
            <Icon name={groupIcon(spec.group)} />
          </span>
          <span className="choice-title">{spec.title}</span>
          <span className="choice-summary">{spec.summary}</span>
        </>
      )}
      choose={(spec) => {
        closePalette();
        insertNode(spec, spot);
        document.querySelector<HTMLElement>(".canvas")?.focus({ preventScroll: true });
        requestAnimationFrame(() => useSelection.getState().nodes.forEach(reveal));
      }}
      close={closePalette}
    />
  );
}

/** Leaves out what makes no sense at a spot: a node without inputs after another one. */
function fitting(types: NodeSpec[], spot: Spot | null, empty: boolean): NodeSpec[] {
  const wanted = types.filter((spec) => {
    if (spot?.kind === "after" || spot?.kind === "wire") return spec.inputs !== 0;
    if (spot?.kind === "before") return !Array.isArray(spec.outputs) || spec.outputs.length > 0;
    return true;
  });
  const place = (spec: NodeSpec) => {
    const at = ORDER.indexOf(spec.group);
    return !empty && spec.group === "triggers" && spot?.kind === "free" ? 90 : at < 0 ? 50 : at;
  };
  return wanted.sort((a, b) => place(a) - place(b) || a.title.localeCompare(b.title));
}
