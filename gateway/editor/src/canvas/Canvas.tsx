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
  applyNodeChanges,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useNodeTypes } from "../api/nodeTypes";
import { useRun } from "../executions/run";
import type { ErrorInfo } from "../gen/api";
import { openPalette } from "../palette/store";
import { useScheme } from "../shell/scheme";
import { LiveCounts } from "../live/LiveView";
import { Pointers } from "../together/Presence";
import { usePeople } from "../together/people";
import { NodeCard } from "./NodeCard";
import { NoteCard } from "./NoteCard";
import { WireLine } from "./WireLine";
import { type Wire, byId, moveNodes } from "./document";
import { useDraft } from "./draft";
import { connectWires, rewire } from "./edits";
import { type CardNode, Cards, type WireEdge, edgesOf, refusal } from "./graph";
import { keyPressed } from "./keys";
import { openNode, useSelection } from "./selection";
import { holdFlow, toCanvas } from "./viewport";

const nodeTypes = { card: NodeCard, note: NoteCard };
const edgeTypes = { wire: WireLine };
const NO_PROBLEMS: ErrorInfo[] = [];

// What React Flow is given stays the same thing from one drawing to the next: else a drag draws every node anew.
const ADDING_KEYS = ["Meta", "Control", "Shift"];
const FIT = { padding: 0.2, maxZoom: 1.1 };
const BARE = { hideAttribution: true };
const open = (_: unknown, node: CardNode) => openNode(node.id);

function possible(connection: Connection | WireEdge): boolean {
  const { doc } = useDraft.getState();
  return doc !== null && refusal(doc, wireOf(connection as Connection)) === null;
}

export function Canvas() {
  const { nodes, edges, onNodesChange, onEdgesChange } = useGraph();
  const fixed = useDraft((state) => state.fixed);
  const dark = useScheme((state) => state.dark);
  const connecting = useConnecting();
  return (
    <div
      className="canvas"
      tabIndex={0}
      role="application"
      aria-label="Workflow. Tab adds a node, arrows go from node to node, Enter opens one, C connects it, O shows the outline. Escape, then Tab, leaves."
      onKeyDown={keyPressed}
      onPointerMove={(event) => usePeople.getState().point(toCanvas(event.clientX, event.clientY))}
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
      <ReactFlow<CardNode, WireEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onInit={holdFlow}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        {...connecting}
        isValidConnection={possible}
        onNodeDoubleClick={open}
        colorMode={dark ? "dark" : "light"}
        nodesDraggable={!fixed}
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
        proOptions={BARE}
      >
        <Pointers />
        <LiveCounts />
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.2} />
        {nodes.length > 3 && <MiniMap pannable zoomable position="bottom-right" ariaLabel="Map of the workflow" nodeBorderRadius={6} />}
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

  const onNodesChange = useCallback((changes: NodeChange<CardNode>[]) => {
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
  return { nodes, edges, onNodesChange, onEdgesChange };
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
      const { fromNode, fromHandle, toNode } = state;
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
