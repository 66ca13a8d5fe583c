/** The viewport: what of the canvas is in sight, for edits that need a place. */
import type { ReactFlowInstance } from "@xyflow/react";

/** How the whole is fitted in; what is painted has no element, but is there. */
export const FIT = { padding: 0.2, maxZoom: 1.1, includeHiddenNodes: true };

let flow: ReactFlowInstance<never, never> | null = null;

export function holdFlow(instance: unknown): void {
  flow = instance as ReactFlowInstance<never, never> | null;
}

/** Gives the middle of what is in sight, in the canvas's own coordinates. */
export function centre(): [number, number] {
  const box = document.querySelector(".canvas")?.getBoundingClientRect();
  if (!flow || !box) return [0, 0];
  const { x, y } = flow.screenToFlowPosition({ x: box.left + box.width / 2, y: box.top + box.height / 2 });
  return [Math.round(x - 80), Math.round(y - 24)];
}

export function toCanvas(x: number, y: number): [number, number] {
  const at = flow?.screenToFlowPosition({ x, y }) ?? { x: 0, y: 0 };
  return [Math.round(at.x), Math.round(at.y)];
}

/** Gives a place without rounding, for what has to be met. */
export function exactly(x: number, y: number): [number, number] {
  const at = flow?.screenToFlowPosition({ x, y }, { snapToGrid: false }) ?? { x: 0, y: 0 };
  return [at.x, at.y];
}

export function fit(ids?: Iterable<string>): void {
  const nodes = ids && [...ids].map((id) => ({ id }));
  void flow?.fitView({ ...FIT, duration: 160, nodes });
}

export function zoom(by: "in" | "out" | "whole"): void {
  if (by === "in") void flow?.zoomIn({ duration: 120 });
  else if (by === "out") void flow?.zoomOut({ duration: 120 });
  else void flow?.zoomTo(1, { duration: 120 });
}

/** Moves what is in sight so that a node is in it. */
export function reveal(id: string): void {
  const node = (flow as ReactFlowInstance | null)?.getNode(id);
  const box = document.querySelector(".canvas")?.getBoundingClientRect();
  if (!node || !flow || !box) return;
  const { x, y, zoom: scale } = flow.getViewport();
  const [left, top] = [node.position.x * scale + x, node.position.y * scale + y];
  const [wide, high] = [(node.width ?? 0) * scale, (node.height ?? 0) * scale];
  if (left >= 0 && top >= 0 && left + wide <= box.width && top + high <= box.height) return;
  void flow.setCenter(node.position.x + 80, node.position.y + 24, { zoom: scale, duration: 160 });
}
