/** The canvas: the graph as React Flow shows it; what is done there goes to the draft and the selection. */
import {
  Background,
  BackgroundVariant,
  type Connection,
  type EdgeChange,
  type FinalConnectionState,
  MiniMap,
  type NodeChange,
  ReactFlow,
  ReactFlowProvider,
  applyNodeChanges,
  useKeyPress,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useNodeTypes } from "../api/nodeTypes";
import { useRun } from "../executions/run";
import type { ErrorInfo } from "../gen/api";
import { openPalette } from "../palette/store";
import { say } from "../shell/notices";
import { useScheme } from "../shell/scheme";
import { LiveCounts } from "../live/LiveView";
import { Pointers } from "../together/Presence";
import { usePeople } from "../together/people";
import { GroupCard } from "./GroupCard";
import { NodeCard } from "./NodeCard";
import { NoteCard } from "./NoteCard";
import { PaintedMap, Picture } from "./Painted";
import { WireLine } from "./WireLine";
import { useAfar } from "./afar";
import { useFar } from "./distance";
import { type Wire, byId, moveNodes } from "./document";
import { useDraft } from "./draft";
import { connectWires, rewire, whyNot } from "./edits";
import { type CardNode, Cards, type GroupNode, type WireEdge, edgesOf } from "./graph";
import { drawn, isGroup, membersOf } from "./grouping";
import { keyPressed } from "./keys";
import { openNode, useSelection } from "./selection";
import { MANY } from "./painting";
import { FIT, holdFlow, toCanvas } from "./viewport";

const nodeTypes = { card: NodeCard, note: NoteCard, frame: GroupCard };
const edgeTypes = { wire: WireLine };
const NO_PROBLEMS: ErrorInfo[] = [];

// What React Flow is given stays the same thing from one drawing to the next: else a drag draws every node anew.
const ADDING_KEYS = ["Meta", "Control", "Shift"];
const BARE = { hideAttribution: true };
/** Who looks around by themselves follows nobody any more. */
const unfollow = (event: MouseEvent | TouchEvent | null) => event && usePeople.getState().followed !== null && usePeople.getState().follow(null);
const open = (_: unknown, node: CardNode | GroupNode) => isGroup(node.id) || openNode(node.id);
const colour = (node: { type?: string }) => (node.type === "frame" ? "transparent" : "");

function possible(connection: Connection | WireEdge): boolean {
  const { doc } = useDraft.getState();
  return doc !== null && whyNot(doc, wireOf(connection as Connection)) === null;
}

export function Canvas() {
  return (
    <ReactFlowProvider>
      <Flow />
    </ReactFlowProvider>
  );
}

function Flow() {
  const { nodes, edges, onNodesChange, onEdgesChange } = useGraph();
  const { painted, left, elements, wires, onPointerMove, onPaneClick, onSelectionEnd } = useAfar(nodes, edges);
  const fixed = useDraft((state) => state.fixed);
  const dark = useScheme((state) => state.dark);
  const far = useFar();
  const connecting = useConnecting();
  // With Space held, a drag that begins on a node moves what is in sight as well.
  const panning = useKeyPress("Space");
  return (
    <div
      className={far ? "canvas canvas-far" : "canvas"}
      tabIndex={0}
      role="application"
      aria-label="Workflow. Tab adds a node, arrows go from node to node, Enter opens one, C connects it, O shows the outline. Escape, then Tab, leaves."
      onKeyDown={keyPressed}
      onPointerMove={(event) => {
        usePeople.getState().point(toCanvas(event.clientX, event.clientY));
        onPointerMove(event);
      }}
      onPointerLeave={() => usePeople.getState().point(null)}
      onPointerDownCapture={(event) => {
        const inside = (event.target as HTMLElement).closest("input, textarea, button, .nokeys");
        if (!inside) event.currentTarget.focus({ preventScroll: true });
      }}
      onDoubleClick={(event) => {
        if (!(event.target as HTMLElement).classList.contains("react-flow__pane") || fixed) return;
        const [x, y] = toCanvas(event.clientX, event.clientY);
        openPalette({ kind: "free", at: [x - 80, y - 24] });
      }}
    >
      <ReactFlow<CardNode | GroupNode, WireEdge>
        nodes={elements}
        edges={wires}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onInit={holdFlow}
        onMoveStart={unfollow}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onPaneClick={onPaneClick}
        onSelectionEnd={onSelectionEnd}
        {...connecting}
        isValidConnection={possible}
        onNodeDoubleClick={open}
        colorMode={dark ? "dark" : "light"}
        nodesDraggable={!fixed && !panning}
        nodesConnectable={!fixed}
        edgesReconnectable={!fixed}
        nodesFocusable={false}
        edgesFocusable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={ADDING_KEYS}
        panActivationKeyCode="Space"
        zoomOnDoubleClick={false}
        onlyRenderVisibleElements={nodes.length > 150}
        elevateNodesOnSelect={false}
        minZoom={0.1}
        maxZoom={2}
        fitView
        fitViewOptions={FIT}
        connectionRadius={28}
        reconnectRadius={14}
        proOptions={BARE}
      >
        <Pointers />
        <LiveCounts />
        {/* From afar its dots cannot be seen, and cost every frame of a move. */}
        {!painted && <Background variant={BackgroundVariant.Dots} gap={20} size={1.2} />}
        {painted && <Picture nodes={nodes} edges={edges} left={left} />}
        {nodes.length > MANY && <PaintedMap nodes={nodes} />}
        {nodes.length > 3 && nodes.length <= MANY && <MiniMap pannable zoomable position="bottom-right" ariaLabel="Map of the workflow" nodeColor={colour} nodeBorderRadius={6} />}
      </ReactFlow>
    </div>
  );
}

function useGraph() {
  const doc = useDraft((state) => state.doc);
  const problems = useDraft((state) => (state.doc === state.saved ? state.problems : NO_PROBLEMS));
  const { types, computed, compute } = useNodeTypes();
  const runs = useRun((state) => state.byNode);
  const going = useRun((state) => state.going);
  const selected = useSelection((state) => state.nodes);
  const selectedEdges = useSelection((state) => state.edges);
  const cards = useRef(new Cards());
  const [dragged, setDragged] = useState<ReadonlyMap<string, [number, number]> | null>(null);

  useEffect(() => {
    if (doc && types.size) compute(doc.nodes);
  }, [doc, types, compute]);

  const made = useMemo(
    () => (doc ? cards.current.of(doc, { types, computed, runs, going, problems }) : []),
    [doc, types, computed, runs, going, problems],
  );
  const shown = useRef(new Map<string, CardNode>());
  const nodes = useMemo(() => {
    const next = made.map((card) => {
      const at = dragged?.get(card.id);
      const chosen = selected.has(card.id);
      const before = shown.current.get(card.id);
      const place = at ? { x: at[0], y: at[1] } : card.position;
      const same = before?.data === card.data && before.selected === chosen && before.position.x === place.x && before.position.y === place.y;
      return same ? before : { ...card, selected: chosen, position: place, dragging: at !== undefined };
    });
    shown.current = new Map(next.map((node) => [node.id, node]));
    return next;
  }, [made, selected, dragged]);
  const edges = useMemo(() => (doc ? edgesOf(doc, made, runs, selectedEdges) : []), [doc, made, runs, selectedEdges]);
  const whole = useMemo(() => (doc ? drawn(doc, nodes, edges, selected) : { nodes, edges }), [doc, nodes, edges, selected]);
  const all = useRef(whole.nodes);
  all.current = whole.nodes;

  const onNodesChange = useCallback((changed: NodeChange<CardNode | GroupNode>[]) => {
    const changes = ofMembers(changed, all.current, shown.current);
    const moves = changes.filter((each) => each.type === "position" && each.position);
    if (moves.length) {
      const moved = applyNodeChanges(moves, [...shown.current.values()]);
      const ids = new Set(moves.map((each) => (each.type === "position" ? each.id : "")));
      const places = new Map<string, [number, number]>();
      for (const node of moved) if (ids.has(node.id)) places.set(node.id, [Math.round(node.position.x), Math.round(node.position.y)]);
      const over = moves.every((each) => each.type === "position" && !each.dragging);
      setDragged(over ? null : places);
      if (over) useDraft.getState().change((before) => moveNodes(before, places));
    }
    selectBy(changes, "nodes");
  }, []);
  const onEdgesChange = useCallback((changes: EdgeChange<WireEdge>[]) => selectBy(changes, "edges"), []);
  return { ...whole, onNodesChange, onEdgesChange };
}

/** Turns what happens to a group into what happens to its nodes. */
function ofMembers(changes: NodeChange<CardNode | GroupNode>[], drawn: readonly (CardNode | GroupNode)[], cards: ReadonlyMap<string, CardNode>): NodeChange<CardNode>[] {
  const { doc } = useDraft.getState();
  return changes.flatMap((change): NodeChange<CardNode>[] => {
    if (!("id" in change) || !isGroup(change.id)) return [change as NodeChange<CardNode>];
    const members = doc ? membersOf(doc, change.id) : [];
    if (change.type === "select") return members.map((id) => ({ ...change, id }));
    const frame = drawn.find((node) => node.id === change.id);
    if (change.type !== "position" || !change.position || !frame || !doc) return [];
    const [x, y] = [change.position.x - frame.position.x, change.position.y - frame.position.y];
    return members.flatMap((id) => {
      const at = cards.get(id)?.position;
      return at ? [{ ...change, id, position: { x: at.x + x, y: at.y + y } }] : [];
    });
  });
}

function selectBy(changes: readonly { type: string; id?: string; selected?: boolean }[], what: "nodes" | "edges"): void {
  const picks = changes.filter((each) => each.type === "select");
  if (picks.length === 0) return;
  const state = useSelection.getState();
  const next = new Set(state[what]);
  for (const pick of picks) {
    if (pick.selected) next.add(pick.id!);
    else next.delete(pick.id!);
  }
  if (what === "nodes") state.select(next, state.edges);
  else state.select(state.nodes, next);
}

function useConnecting() {
  const remade = useRef(false);
  return {
    onConnect: useCallback((connection: Connection) => connectWires(wireOf(connection)), []),
    onReconnect: useCallback((old: WireEdge, connection: Connection) => {
      remade.current = true;
      if (old.data) rewire(old.data.wire, wireOf(connection));
    }, []),
    onConnectEnd: useCallback((event: MouseEvent | TouchEvent, state: FinalConnectionState) => {
      const { fromNode, fromHandle, toNode, toHandle, isValid } = state;
      if (fromNode && fromHandle && toNode && toHandle && !isValid && !remade.current) sayWhyNot(fromNode.id, fromHandle, toNode.id, toHandle);
      if (remade.current || toNode || !fromNode || !fromHandle || !("clientX" in event)) {
        remade.current = false;
        return;
      }
      const pane = (event.target as HTMLElement).classList.contains("react-flow__pane");
      if (!pane) return;
      const [x, y] = toCanvas(event.clientX, event.clientY);
      const port = portIndex(fromHandle.id);
      if (fromHandle.type === "source") openPalette({ kind: "after", node: fromNode.id, output: port, at: [x, y - 24] });
      else openPalette({ kind: "before", node: fromNode.id, input: port, at: [x - 164, y - 24] });
    }, []),
  };
}

interface Port {
  id?: string | null;
  type: string;
}

function sayWhyNot(from: string, fromPort: Port, to: string, toPort: Port): void {
  const { doc } = useDraft.getState();
  if (!doc) return;
  if (fromPort.type === toPort.type) return say("Not connected: an output leads to an input.");
  const [source, target] = fromPort.type === "source" ? [[from, fromPort], [to, toPort]] as const : [[to, toPort], [from, fromPort]] as const;
  const wire = wireOf({ source: source[0], sourceHandle: source[1].id ?? null, target: target[0], targetHandle: target[1].id ?? null });
  const why = whyNot(doc, wire);
  if (why) say(`Not connected: ${why}.`);
}

function wireOf(connection: Connection): Wire {
  const doc = useDraft.getState().doc;
  return {
    source: (doc && byId(doc, connection.source)?.name) ?? "",
    output: portIndex(connection.sourceHandle),
    target: (doc && byId(doc, connection.target)?.name) ?? "",
    input: portIndex(connection.targetHandle),
  };
}

function portIndex(handle: string | null | undefined): number {
  return Number(handle?.split("-")[1] ?? 0);
}
