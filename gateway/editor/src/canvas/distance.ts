/** Distance: what is too small to read is not drawn, and what every edge asks for is found once. */
import { useStore } from "@xyflow/react";

/** The zoom below which words are a few pixels high. */
export const FAR = 0.3;

/** Whether the canvas is seen from so far that cards are mere boxes. */
export function useFar(): boolean {
  return useStore((state) => state.transform[2] < FAR);
}

const found = new WeakMap<Element, Element>();

/** The layer for what stands on edges. React Flow's own EdgeLabelRenderer looks for it at every move, for each edge anew. */
export function useEdgeLayer(): Element | null {
  return useStore((state) => (state.domNode ? layerOf(state.domNode) : null));
}

function layerOf(canvas: Element): Element | null {
  const known = found.get(canvas);
  if (known?.isConnected) return known;
  const layer = canvas.querySelector(".react-flow__edgelabel-renderer");
  if (layer) found.set(canvas, layer);
  return layer;
}
