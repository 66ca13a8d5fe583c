/** Afar: which nodes of a large graph are elements while the rest is painted, and what is meant by a place in the picture. */
import { useReactFlow, useStore, useStoreApi } from "@xyflow/react";
import { type MouseEvent, type PointerEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { inside } from "./Painted";
import type { WireEdge } from "./graph";
import { type Box, type Drawable, MANY, edgeAt, nodeAt, within } from "./painting";
import { useSelection } from "./selection";
import { FIT, exactly } from "./viewport";

/** So many selected nodes are elements; more of them would cost what painting saves. */
const MOST_CHOSEN = 40;
/** The zoom below which a large graph is painted: as elements, what is in sight then costs every frame of a drag. */
const PAINTED = 0.6;
const hiddenOf = new WeakMap<Drawable, Drawable>();

/** Gives a node as React Flow knows of it without an element: the same object each time. */
function hidden(node: Drawable): Drawable {
  let found = hiddenOf.get(node);
  if (!found) hiddenOf.set(node, (found = { ...node, hidden: true }));
  return found;
}

export function useAfar(nodes: Drawable[], edges: WireEdge[]) {
  const painted = useStore((state) => state.transform[2] < PAINTED) && nodes.length > MANY;
  // Until the whole is fitted in, elements would be made only to be thrown away.
  const unfitted = useStore(({ transform: [x, y, zoom] }) => x === 0 && y === 0 && zoom === 1) && nodes.length > MANY;
  const { viewportInitialized, fitView } = useReactFlow();
  // React Flow itself fits only what it has measured, and there is nothing to measure.
  useEffect(() => {
    if (viewportInitialized && unfitted) void fitView(FIT);
  }, [viewportInitialized, unfitted, fitView]);
  const chosen = useSelection((state) => (state.nodes.size <= MOST_CHOSEN ? state.nodes : null));
  const [hovered, setHovered] = useState<string | null>(null);
  const latest = useRef({ nodes, edges, hovered, painted });
  latest.current = { nodes, edges, hovered, painted };

  const left = useMemo(() => {
    const found = new Set(chosen ?? []);
    if (hovered) found.add(hovered);
    return found;
  }, [chosen, hovered]);
  const elements = useMemo(
    () => (painted || unfitted ? nodes.map((node) => (node.type !== "card" || left.has(node.id) ? node : hidden(node))) : nodes),
    [painted, unfitted, nodes, left],
  );

  const wires = useMemo(() => (painted || unfitted ? edges.filter((edge) => edge.selected).slice(0, MOST_CHOSEN) : edges), [painted, unfitted, edges]);

  /** The node under the pointer becomes an element before it can be pressed. */
  const onPointerMove = useCallback((event: PointerEvent) => {
    const { nodes: all, hovered: before, painted: now } = latest.current;
    if (!now || event.buttons) return;
    const found = nodeAt(all, ...exactly(event.clientX, event.clientY))?.id ?? null;
    if (found !== before) flushSync(() => setHovered(found));
  }, []);
  return { painted, left, elements, wires, onPointerMove, ...usePicking(latest) };
}

interface Latest {
  current: { nodes: Drawable[]; edges: WireEdge[]; painted: boolean };
}

/** What is clicked, or drawn a box around, in the picture is selected like an element. */
function usePicking(latest: Latest) {
  const store = useStoreApi();
  const box = useRef<Box | null>(null);
  const drawn = useStore((state) => state.userSelectionRect);
  useEffect(() => {
    if (drawn) box.current = inside(drawn, store.getState().transform);
  }, [drawn, store]);

  const onPaneClick = useCallback((event: MouseEvent) => {
    const { nodes, edges, painted } = latest.current;
    if (!painted) return;
    const [x, y] = exactly(event.clientX, event.clientY);
    const node = nodeAt(nodes, x, y);
    const edge = node ? undefined : edgeAt(edges, new Map(nodes.map((each) => [each.id, each])), x, y, store.getState().transform[2]);
    // React Flow unselects everything after this.
    queueMicrotask(() => useSelection.getState().select(node ? [node.id] : [], edge ? [edge.id] : []));
  }, [latest, store]);
  const onSelectionEnd = useCallback(() => {
    const { nodes, painted } = latest.current;
    const around = box.current;
    box.current = null;
    if (!painted || !around) return;
    const { nodes: before, select } = useSelection.getState();
    select([...before, ...nodes.filter((node) => node.type === "card" && within(around, node)).map((node) => node.id)]);
  }, [latest]);
  return { onPaneClick, onSelectionEnd };
}
