/** Aligning: places for boxes so that they share a line, or stand at equal distances. */

export interface Box {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export const ALIGNMENTS = ["left", "centre", "right", "top", "middle", "bottom", "across", "down"] as const;
export type Alignment = (typeof ALIGNMENTS)[number];
/** Fewer boxes than this have no distances to make equal. */
const SPREAD_MIN = 3;

export function aligned(boxes: readonly Box[], how: Alignment): Map<string, [number, number]> {
  if (how === "across") return spread(boxes, "x", "width");
  if (how === "down") return spread(boxes, "y", "height");
  const [left, top] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))];
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  const place = ({ x, y, width, height }: Box): [number, number] => {
    switch (how) {
      case "left":
        return [left, y];
      case "centre":
        return [(left + right - width) / 2, y];
      case "right":
        return [right - width, y];
      case "top":
        return [x, top];
      case "middle":
        return [x, (top + bottom - height) / 2];
      case "bottom":
        return [x, bottom - height];
    }
  };
  return new Map(boxes.map((box) => [box.id, rounded(place(box))]));
}

/** The outermost stay; the gaps between the others become equal. */
function spread(boxes: readonly Box[], axis: "x" | "y", size: "width" | "height"): Map<string, [number, number]> {
  const order = [...boxes].sort((a, b) => a[axis] - b[axis]);
  const [first, last] = [order[0], order.at(-1)];
  if (!first || !last || order.length < SPREAD_MIN) return new Map();
  const room = last[axis] + last[size] - first[axis] - order.reduce((sum, box) => sum + box[size], 0);
  const gap = room / (order.length - 1);
  let at = first[axis];
  return new Map(
    order.map((box) => {
      const place: [number, number] = axis === "x" ? [at, box.y] : [box.x, at];
      at += box[size] + gap;
      return [box.id, rounded(place)];
    }),
  );
}

function rounded([x, y]: [number, number]): [number, number] {
  return [Math.round(x), Math.round(y)];
}
