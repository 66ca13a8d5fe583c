/** An edge on the canvas: its path, how many items passed, and what can be done with it under the pointer. */
import { BaseEdge, type EdgeProps, getBezierPath } from "@xyflow/react";
import { memo } from "react";
import { createPortal } from "react-dom";
import { openPalette } from "../palette/store";
import { Icon } from "../shell/icons";
import { plural } from "../shell/words";
import { useEdgeLayer, useFar } from "./distance";
import { cutWires } from "./edits";
import { useDraft } from "./draft";
import type { WireEdge } from "./graph";
import { useMarks } from "./marks";
import { count as written } from "../shell/formats";

export const WireLine = memo(function WireLine(props: EdgeProps<WireEdge>) {
  const { data, selected, id } = props;
  const [path, x, y] = getBezierPath({ ...props, curvature: 0.35 });
  const fixed = useDraft((state) => state.fixed);
  const mark = useMarks((all) => all.edges.get(id));
  const layer = useEdgeLayer();
  const far = useFar();
  if (!data) return null;
  const live = data.items !== null && data.items > 0;
  return (
    <>
      <BaseEdge id={id} path={path} className={`wire${live ? " wire-live" : ""}${selected ? " wire-selected" : ""}${mark ? ` wire-${mark}` : ""}`} interactionWidth={22} />
      {layer && !far && createPortal(<Spot data={data} x={x} y={y} fixed={fixed} />, layer)}
    </>
  );
});

interface SpotProps {
  data: NonNullable<WireEdge["data"]>;
  x: number;
  y: number;
  fixed: boolean;
}

/** What stands in the middle of an edge. */
function Spot({ data, x, y, fixed }: SpotProps) {
  const live = data.items !== null && data.items > 0;
  return (
    <div className="wire-spot nopan" style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}>
      {data.items !== null && (
        <span className={live ? "wire-count wire-count-live" : "wire-count"} data-wire={`${data.wire.source}→${data.wire.target}`} title={plural(data.items, "item")}>
          {written(data.items)}
        </span>
      )}
      {!fixed && (
        <span className="wire-tools">
          <button type="button" tabIndex={-1} aria-label="Insert a node here" onClick={() => openPalette({ kind: "wire", wire: data.wire })}>
            <Icon name="add" size={12} />
          </button>
          <button type="button" tabIndex={-1} aria-label="Remove this connection" onClick={() => cutWires([data.wire])}>
            <Icon name="x" size={12} />
          </button>
        </span>
      )}
    </div>
  );
}
