/** The editor page: toolbar, canvas, palette and node panel around one workflow, or one past execution of it. */
import { Button, Loader } from "@mantine/core";
import { useEffect } from "react";
import { useNodeTypes } from "../api/nodeTypes";
import { ListenBar } from "../executions/ListenBar";
import { takeUp } from "../executions/debug";
import { useListening } from "../executions/listening";
import { useRun } from "../executions/run";
import { followStanding } from "../executions/standing";
import { Palette } from "../palette/Palette";
import { openPalette } from "../palette/store";
import { NodePanel } from "../panel/NodePanel";
import { useOffer } from "../shell/commands";
import { Icon } from "../shell/icons";
import { fail } from "../shell/notices";
import { reason } from "../api/client";
import { LiveBar } from "../live/LiveView";
import { useTogether } from "../together/useTogether";
import { PublishDialog } from "../versions/PublishDialog";
import { VersionsPanel } from "../versions/VersionsPanel";
import { Canvas } from "./Canvas";
import { Connecting } from "./Connecting";
import { Extracting } from "./Extracting";
import { Finding } from "./Finding";
import { SelectionBar } from "./SelectionBar";
import { ExecutionBar } from "./ExecutionBar";
import { Outline } from "./Outline";
import { Toolbar } from "./Toolbar";
import { WorkflowSettings } from "./WorkflowSettings";
import { editorCommands, jumpTo, run, save } from "./commands";
import { byName } from "./document";
import { anyUnsaved, useDraft } from "./draft";
import { copied, pasteText, removeSelected } from "./edits";
import { useSelection } from "./selection";
import "./canvas.css";
import "../versions/versions.css";

export default function Editor({ workflow, execution, node }: { workflow: string; execution?: string; node?: string }) {
  useOpened(workflow, execution);
  useTogether(workflow, execution);
  useOffer(editorCommands);
  useClipboard();
  useKeys();
  useEffect(followStanding, []);
  useGoing(node);
  const doc = useDraft((state) => state.doc);
  const failed = useDraft((state) => state.failed);
  const loaded = useNodeTypes((state) => state.loaded);
  if (failed) return <div className="page-note">{reason(failed)}</div>;
  if (!doc || !loaded) {
    return (
      <div className="page-note">
        <Loader size="sm" />
      </div>
    );
  }
  return (
    <div className="editor">
      {execution ? <ExecutionBar /> : <Toolbar />}
      <div className="stage">
        <Canvas key={`${workflow} ${execution ?? ""}`} />
        {doc.nodes.length === 0 && !execution && <Empty />}
        {!execution && <ListenBar />}
        {!execution && <LiveBar />}
        <Outline />
        <Palette />
        <Connecting />
        <Finding />
        {!execution && <SelectionBar />}
        {!execution && <Extracting />}
        <NodePanel />
        <WorkflowSettings />
        {!execution && <VersionsPanel />}
        {!execution && <PublishDialog />}
      </div>
    </div>
  );
}

function Empty() {
  return (
    <div className="empty">
      <h2>What starts this workflow?</h2>
      <p>Press Tab, or double-click anywhere. A copied workflow can be pasted right here, n8n's too.</p>
      <Button leftSection={<Icon name="add" />} onClick={() => openPalette({ kind: "free" })}>
        Add the first node
      </Button>
    </div>
  );
}

function useOpened(workflow: string, execution?: string): void {
  useEffect(() => {
    useSelection.getState().select([]);
    useSelection.getState().openPanel(null);
    useRun.getState().clear();
    if (execution) void show(execution);
    else void useDraft.getState().open(workflow).then(() => takeUp(workflow));
    return () => {
      useListening.getState().stop();
      useRun.getState().clear();
      useDraft.getState().leave();
    };
  }, [workflow, execution]);
}

async function show(execution: string): Promise<void> {
  useDraft.setState({ doc: null, failed: null, fixed: true, workflow: null });
  const watching = useRun.getState().watch(execution);
  watching.catch((failed: unknown) => useDraft.setState({ failed }));
  await new Promise<void>((done) => {
    const stop = useRun.subscribe((state) => {
      if (state.detail || !state.going) {
        stop();
        done();
      }
    });
    watching.finally(done).catch(() => undefined);
  });
  const { detail } = useRun.getState();
  if (detail?.id === execution) await useDraft.getState().show(detail.workflow, detail.version);
}

function outside(event: Event): boolean {
  const target = event.target as HTMLElement | null;
  return !!target?.closest?.("input, textarea, [contenteditable=true], .panel, .chooser");
}

/** Copy, cut and paste by the browser's own events: they need no permission. */
function useClipboard(): void {
  useEffect(() => {
    const onCopy = (event: ClipboardEvent) => {
      const text = outside(event) || getSelection()?.toString() ? null : copied();
      if (!text) return;
      event.clipboardData?.setData("text/plain", text);
      event.preventDefault();
      if (event.type === "cut") removeSelected();
    };
    const onPaste = (event: ClipboardEvent) => {
      const text = outside(event) ? "" : (event.clipboardData?.getData("text/plain") ?? "");
      if (text && pasteText(text)) event.preventDefault();
    };
    addEventListener("copy", onCopy);
    addEventListener("cut", onCopy);
    addEventListener("paste", onPaste);
    return () => {
      removeEventListener("copy", onCopy);
      removeEventListener("cut", onCopy);
      removeEventListener("paste", onPaste);
    };
  }, []);
}

/** Goes to the node that the address names, once it is drawn. */
function useGoing(node: string | undefined): void {
  const ready = useDraft((state) => state.doc !== null);
  useEffect(() => {
    const { doc } = useDraft.getState();
    const found = ready && node && doc ? byName(doc, node) : undefined;
    if (!found) return;
    const later = requestAnimationFrame(() => jumpTo(found.id));
    return () => cancelAnimationFrame(later);
  }, [ready, node]);
}

function useKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!event.metaKey && !event.ctrlKey) return;
      if (event.key.toLowerCase() === "s") void save();
      else if (event.key === "Enter") run().catch(fail);
      else return;
      event.preventDefault();
    };
    const onLeave = (event: BeforeUnloadEvent) => {
      if (anyUnsaved()) event.preventDefault();
    };
    addEventListener("keydown", onKey);
    addEventListener("beforeunload", onLeave);
    return () => {
      removeEventListener("keydown", onKey);
      removeEventListener("beforeunload", onLeave);
    };
  }, []);
}
