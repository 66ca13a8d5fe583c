/** What is painted: the picture of a large graph beneath the few nodes that are elements, and the map in its corner. */
import { Panel, ViewportPortal, useReactFlow, useStore } from "@xyflow/react";
import { type PointerEvent, useLayoutEffect, useMemo, useRef } from "react";
import { plural } from "../shell/words";
import { useScheme } from "../shell/scheme";
import type { CardNode, WireEdge } from "./graph";
import { useMarks } from "./marks";
import { type Box, type Drawable, boxOf, colours, paint } from "./painting";

interface Graph {
  nodes: readonly Drawable[];
  edges: readonly WireEdge[];
}

/** The picture; stands inside React Flow. `left` are the nodes that are elements, and so not painted. */
export function Picture({ nodes, edges, left }: Graph & { left: ReadonlySet<string> }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [x, y, zoom] = useStore((state) => state.transform);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const drawing = useStore((state) => state.userSelectionRect);
  const dark = useScheme((state) => state.dark);
  const nodeMarks = useMarks((all) => all.nodes);
  const edgeMarks = useMarks((all) => all.edges);
  const all = useMemo(() => new Map(nodes.map((node) => [node.id, node])), [nodes]);
  const density = devicePixelRatio;
  useLayoutEffect(() => {
    if (!canvas.current || !width || !height) return;
    const cards = nodes.filter((node): node is CardNode => node.type === "card" && !left.has(node.id));
    const box = drawing && inside(drawing, [x, y, zoom]);
    paint(canvas.current, [x, y, zoom], { nodes: cards, edges, all, nodeMarks, edgeMarks, box });
    canvas.current.dataset.painted = String(cards.length);
  }, [nodes, edges, all, left, x, y, zoom, width, height, drawing, dark, nodeMarks, edgeMarks]);
  return (
    <ViewportPortal>
      <canvas
        ref={canvas}
        className="picture"
        role="img"
        aria-label={`${plural(nodes.length, "node")}, seen from afar`}
        width={width * density}
        height={height * density}
        // It lies still on the screen, whatever moves around it.
        style={{ width, height, transform: `scale(${1 / zoom}) translate(${-x}px, ${-y}px)` }}
      />
    </ViewportPortal>
  );
}

/** Gives a box of the screen in the canvas's own coordinates. */
export function inside(box: Box, [x, y, zoom]: readonly [number, number, number]): Box {
  return { x: (box.x - x) / zoom, y: (box.y - y) / zoom, width: box.width / zoom, height: box.height / zoom };
}

const MAP = { width: 200, height: 150 };
const MARGIN = 6;

/** The map of a large graph: React Flow's own has an element for each node. */
export function PaintedMap({ nodes }: { nodes: readonly Drawable[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [x, y, zoom] = useStore((state) => state.transform);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const dark = useScheme((state) => state.dark);
  const { setCenter, zoomTo } = useReactFlow();
  const sight = useMemo(() => inside({ x: 0, y: 0, width, height }, [x, y, zoom]), [x, y, zoom, width, height]);
  const graph = useMemo(() => bounds(nodes), [nodes]);
  const scale = Math.min((MAP.width - 2 * MARGIN) / graph.width, (MAP.height - 2 * MARGIN) / graph.height);
  const [left, top] = [MAP.width / 2 - (graph.x + graph.width / 2) * scale, MAP.height / 2 - (graph.y + graph.height / 2) * scale];
  useLayoutEffect(() => {
    if (canvas.current) paintMap(canvas.current, nodes, [left, top, scale]);
  }, [nodes, left, top, scale, dark]);
  const look = (event: PointerEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    void setCenter((event.clientX - box.left - left) / scale, (event.clientY - box.top - top) / scale, { zoom });
  };
  return (
    <Panel position="bottom-right" className="react-flow__minimap map">
      {/* What is in sight lies over the map: moving it paints nothing anew. */}
      <div
        className="map-sight"
        style={{ width: sight.width * scale, height: sight.height * scale, transform: `translate(${sight.x * scale + left}px, ${sight.y * scale + top}px)` }}
      />
      <canvas
        ref={canvas}
        role="img"
        aria-label="Map of the workflow"
        width={MAP.width * devicePixelRatio}
        height={MAP.height * devicePixelRatio}
        style={MAP}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          look(event);
        }}
        onPointerMove={(event) => event.buttons && look(event)}
        onWheel={(event) => void zoomTo(zoom * 2 ** (-event.deltaY / 500))}
      />
    </Panel>
  );
}

function paintMap(on: HTMLCanvasElement, nodes: readonly Drawable[], [x, y, zoom]: readonly [number, number, number]): void {
  const context = on.getContext("2d");
  if (!context) return;
  const colour = colours(on);
  const density = devicePixelRatio;
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, MAP.width, MAP.height);
  context.setTransform(density * zoom, 0, 0, density * zoom, density * x, density * y);
  context.fillStyle = colour("line-strong");
  for (const node of nodes) {
    const box = boxOf(node);
    if (node.type !== "frame") context.fillRect(box.x, box.y, box.width, box.height);
  }
}

function bounds(nodes: readonly Drawable[]): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const node of nodes) {
    const { x, y, width, height } = boxOf(node);
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x + width), Math.max(bottom, y + height)];
  }
  return nodes.length ? { x: left, y: top, width: Math.max(right - left, 1), height: Math.max(bottom - top, 1) } : { x: 0, y: 0, width: 1, height: 1 };
}
