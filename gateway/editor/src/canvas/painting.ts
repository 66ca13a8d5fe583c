/** Painting: a large graph seen from afar as one picture. As elements, a thousand nodes cost seconds to make and to move. */
import { Position } from "@xyflow/react";
import type { CardNode, GroupNode, WireEdge } from "./graph";
import { FAR } from "./distance";
import type { Mark } from "./marks";

/** The number of nodes above which a graph seen from afar is painted. */
export const MANY = 250;
/** How near to an edge a click has to be, in pixels of the screen. */
const REACH = 6;
const SAMPLES = 16;
const CURVATURE = 0.35;
const PORT = 12;

export type Drawable = CardNode | GroupNode;
/** What is in sight: the canvas's own coordinates times the zoom, plus x and y. */
export type View = readonly [x: number, y: number, zoom: number];
export type Box = { x: number; y: number; width: number; height: number };

export interface Scene {
  nodes: readonly CardNode[];
  edges: readonly WireEdge[];
  /** All nodes that edges lead to, by id. */
  all: ReadonlyMap<string, Drawable>;
  nodeMarks: ReadonlyMap<string, Mark>;
  edgeMarks: ReadonlyMap<string, Mark>;
  /** The box that is being drawn around nodes, in the canvas's own coordinates. */
  box: Box | null;
}

/** Gives colours of the style sheet by name, as they are now. */
export function colours(element: Element): (name: string) => string {
  const style = getComputedStyle(element);
  const known = new Map<string, string>();
  return (name) => {
    let found = known.get(name);
    if (found === undefined) known.set(name, (found = style.getPropertyValue(`--${name}`).trim()));
    return found;
  };
}

export function paint(on: HTMLCanvasElement, [x, y, zoom]: View, scene: Scene): void {
  const context = on.getContext("2d");
  if (!context) return;
  const density = devicePixelRatio;
  const colour = colours(on);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, on.width, on.height);
  context.setTransform(density * zoom, 0, 0, density * zoom, density * x, density * y);
  const sight = { x: -x / zoom, y: -y / zoom, width: on.width / density / zoom, height: on.height / density / zoom };
  paintEdges(context, scene, sight, zoom, colour);
  const one = zoom < FAR ? paintBox : paintCard;
  context.textBaseline = "middle";
  for (const node of scene.nodes) if (meet(sight, boxOf(node))) one(context, node, scene, zoom, colour);
}

const FAMILY = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
const NAME_FONT = `600 12.5px ${FAMILY}`;
const TYPE_FONT = `10.5px ${FAMILY}`;
const MOST_SHORT = 5_000;
const MARK_COLOURS: Record<Mark, string> = { added: "good", removed: "bad", changed: "warn", moved: "warn" };
const EDGE_COLOURS: Record<string, string> = { added: "good", removed: "bad", selected: "accent", live: "good", idle: "line-strong" };

/** Edges of one look are one path: a stroke of many is far cheaper than many strokes. */
function paintEdges(context: CanvasRenderingContext2D, scene: Scene, sight: Box, zoom: number, colour: (name: string) => string): void {
  const paths = new Map<string, Path2D>();
  for (const edge of scene.edges) {
    const line = lineOf(edge, scene.all);
    if (!line || !meet(sight, around(line))) continue;
    const look = scene.edgeMarks.get(edge.id) ?? (edge.selected ? "selected" : edge.data?.items ? "live" : "idle");
    let path = paths.get(look);
    if (!path) paths.set(look, (path = new Path2D()));
    path.moveTo(line[0], line[1]);
    path.bezierCurveTo(line[2], line[3], line[4], line[5], line[6], line[7]);
  }
  for (const [look, path] of paths) {
    context.strokeStyle = colour(EDGE_COLOURS[look] ?? "line-strong");
    context.lineWidth = Math.max(look === "idle" || look === "live" ? 1.8 : 3, 0.8 / zoom);
    context.stroke(path);
  }
}

type Colours = (name: string) => string;

/** A card too small to read: a box with the colour of its group. */
function paintBox(context: CanvasRenderingContext2D, node: CardNode, scene: Scene, zoom: number, colour: Colours): void {
  const { node: kept, spec, runs } = node.data;
  const { x, y, width, height } = boxOf(node);
  const status = runs?.at(-1)?.status;
  const mark = scene.nodeMarks.get(kept.id);
  const own = spec ? colour(spec.group) : colour("ink-soft");
  const chosen = node.selected || (scene.box !== null && within(scene.box, node));
  context.globalAlpha = kept.disabled ? 0.55 : 1;
  context.fillStyle = status === "error" ? colour("bad") : colour("raised");
  context.fillRect(x, y, width, height);
  if (status !== "error") {
    context.globalAlpha *= status === "success" ? 0.4 : 0.13;
    context.fillStyle = status === "success" ? colour("good") : own;
    context.fillRect(x, y, width, height);
    context.globalAlpha = kept.disabled ? 0.55 : 1;
  }
  context.lineWidth = Math.max(chosen || mark ? 8 : 3, 0.8 / zoom);
  context.strokeStyle = chosen ? colour("accent") : mark ? colour(MARK_COLOURS[mark]) : own;
  context.strokeRect(x, y, width, height);
  context.globalAlpha = 1;
}

/** A card whose name can be made out, as its element would look. */
function paintCard(context: CanvasRenderingContext2D, node: CardNode, scene: Scene, zoom: number, colour: Colours): void {
  const { node: kept, spec, runs } = node.data;
  const { x, y, width, height } = boxOf(node);
  const status = runs?.at(-1)?.status;
  const mark = scene.nodeMarks.get(kept.id);
  const chosen = node.selected || (scene.box !== null && within(scene.box, node));
  const middle = y + height / 2;
  context.globalAlpha = kept.disabled ? 0.55 : 1;
  round(context, x, y, width, height, 10);
  context.fillStyle = colour(status === "error" ? "bad-soft" : "raised");
  context.fill();
  context.lineWidth = Math.max(chosen || mark ? 4 : 1, 0.8 / zoom);
  context.strokeStyle = colour(chosen ? "accent" : mark ? MARK_COLOURS[mark] : status === "success" ? "good" : status === "error" ? "bad" : "line-strong");
  context.stroke();
  context.fillStyle = spec ? colour(spec.group) : colour("ink-soft");
  context.globalAlpha *= 0.25;
  round(context, x + 9, middle - 15, 30, 30, 8);
  context.fill();
  context.globalAlpha = kept.disabled ? 0.55 : 1;
  context.fillStyle = colour("ink");
  context.font = NAME_FONT;
  context.fillText(shortened(context, kept.name, width - 58), x + 48, middle - 7);
  context.fillStyle = colour("ink-soft");
  context.font = TYPE_FONT;
  context.fillText(shortened(context, kept.disabled ? "disabled" : (spec?.title ?? kept.type), width - 58), x + 48, middle + 9);
  context.globalAlpha = 1;
}

function round(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, radius: number): void {
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
}

const short = new Map<string, string>();

/** Gives as much of a text as there is room for; measured once. */
function shortened(context: CanvasRenderingContext2D, text: string, room: number): string {
  const key = `${context.font} ${room} ${text}`;
  let found = short.get(key);
  if (found !== undefined) return found;
  found = text;
  for (let most = text.length - 1; most > 0 && context.measureText(found).width > room; most--) found = `${text.slice(0, most)}…`;
  if (short.size > MOST_SHORT) short.clear();
  short.set(key, found);
  return found;
}

export function boxOf(node: Drawable): Box {
  return { x: node.position.x, y: node.position.y, width: node.width ?? 0, height: node.height ?? 0 };
}

export function within(box: Box, node: Drawable): boolean {
  const { x, y, width, height } = boxOf(node);
  return x >= box.x && y >= box.y && x + width <= box.x + box.width && y + height <= box.y + box.height;
}

/** Gives the card at a place; of several the one drawn last. */
export function nodeAt(nodes: readonly Drawable[], x: number, y: number): CardNode | undefined {
  return nodes.findLast((node): node is CardNode => {
    const box = boxOf(node);
    return node.type === "card" && x >= box.x && y >= box.y && x <= box.x + box.width && y <= box.y + box.height;
  });
}

/** Gives the edge nearest to a place, if it is near enough to be meant. */
export function edgeAt(edges: readonly WireEdge[], all: ReadonlyMap<string, Drawable>, x: number, y: number, zoom: number): WireEdge | undefined {
  let found: WireEdge | undefined;
  let nearest = REACH / zoom;
  for (const edge of edges) {
    const line = edge.selectable === false ? null : lineOf(edge, all);
    if (!line) continue;
    const away = distance(line, x, y);
    if (away < nearest) [found, nearest] = [edge, away];
  }
  return found;
}

type Line = readonly [number, number, number, number, number, number, number, number];

/** Gives an edge's curve, the same as that of the element it would be from near. */
function lineOf(edge: WireEdge, all: ReadonlyMap<string, Drawable>): Line | null {
  const from = port(all.get(edge.source), edge.sourceHandle);
  const to = port(all.get(edge.target), edge.targetHandle);
  if (!from || !to) return null;
  const away = to[0] - from[0];
  const bend = away >= 0 ? away / 2 : CURVATURE * 25 * Math.sqrt(-away);
  return [from[0], from[1], from[0] + bend, from[1], to[0] - bend, to[1], to[0], to[1]];
}

function port(node: Drawable | undefined, handle: string | null | undefined): [number, number] | null {
  const found = node?.handles?.find((each) => each.id === handle);
  if (!node || !found) return null;
  const right = found.position === Position.Right;
  return [node.position.x + found.x + (right ? PORT : 0), node.position.y + found.y + PORT / 2];
}

function around(line: Line): Box {
  const xs = [line[0], line[2], line[4], line[6]];
  const [left, top] = [Math.min(...xs), Math.min(line[1], line[7])];
  return { x: left, y: top, width: Math.max(...xs) - left, height: Math.abs(line[7] - line[1]) };
}

function meet(a: Box, b: Box): boolean {
  return a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;
}

function distance(line: Line, x: number, y: number): number {
  let nearest = Infinity;
  let [beforeX, beforeY] = [line[0], line[1]];
  for (let at = 1; at <= SAMPLES; at++) {
    const t = at / SAMPLES;
    const [a, b, c, d] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
    const hereX = a * line[0] + b * line[2] + c * line[4] + d * line[6];
    const hereY = a * line[1] + b * line[3] + c * line[5] + d * line[7];
    nearest = Math.min(nearest, toSegment(x, y, beforeX, beforeY, hereX, hereY));
    [beforeX, beforeY] = [hereX, hereY];
  }
  return nearest;
}

function toSegment(x: number, y: number, fromX: number, fromY: number, toX: number, toY: number): number {
  const [wide, high] = [toX - fromX, toY - fromY];
  const long = wide * wide + high * high;
  const along = long ? Math.min(Math.max(((x - fromX) * wide + (y - fromY) * high) / long, 0), 1) : 0;
  return Math.hypot(x - fromX - along * wide, y - fromY - along * high);
}
