/** Commands: everything the editor can be told, by key, by button or in the command palette. */
import type { Part } from "../executions/part";
import { useRun } from "../executions/run";
import { useListening } from "../executions/listening";
import { openPalette } from "../palette/store";
import type { Command } from "../shell/commands";
import { fail, say } from "../shell/notices";
import { go } from "../shell/route";
import { useVersions } from "../versions/store";
import { changed, useDraft } from "./draft";
import { openConnecting } from "./Connecting";
import { toggleOutline } from "./Outline";
import { openExtracting } from "./Extracting";
import { openFinding } from "./Finding";
import { ALIGNMENTS } from "./aligning";
import { addNote, alignSelected, copied, duplicate, groupSelected, pasteText, portsNow, removeSelected, selectAll, toggleDisabled, ungroupSelected } from "./edits";
import { byId } from "./document";
import { arrange } from "./layout";
import { openNode, useSelection } from "./selection";
import { openWorkflowSettings } from "./WorkflowSettings";
import { fit, reveal, zoom } from "./viewport";

const MAC = /Mac|iP(hone|ad)/.test(navigator.platform);
const MOD = MAC ? "⌘" : "Ctrl";

/** Opens the palette at the selected node's first output, or in the middle of the canvas. */
export function addHere(): void {
  const { nodes } = useSelection.getState();
  const { doc } = useDraft.getState();
  const only = nodes.size === 1 ? byId(doc!, [...nodes][0]!) : undefined;
  if (only && portsNow(only).outputs.length > 0) openPalette({ kind: "after", node: only.id, output: 0 });
  else openPalette({ kind: "free" });
}

export async function save(force = false): Promise<boolean> {
  const before = useDraft.getState();
  const needed = changed(before) || force;
  try {
    const done = await before.save(force);
    if (done && needed) say(useDraft.getState().active ? "Draft saved; what is published runs on" : "Saved", "good");
    return done;
  } catch (error) {
    fail(error);
    return false;
  }
}

/** Runs the draft, or a part of it: to a node, from a node, or one node alone. */
export async function run(part: Part = {}): Promise<void> {
  const { workflow, fixed } = useDraft.getState();
  if (!workflow || fixed || useRun.getState().going) return;
  if (changed(useDraft.getState()) && !(await quietSave())) return;
  await useRun.getState().start(workflow, part).catch(fail);
  const { detail } = useRun.getState();
  if (detail?.error) say(detail.error.node ? `${detail.error.node}: ${detail.error.message}` : detail.error.message, "bad", detail.error.hint ?? undefined);
}

export async function listen(): Promise<void> {
  const { workflow } = useDraft.getState();
  if (!workflow) return;
  if (changed(useDraft.getState()) && !(await quietSave())) return;
  useListening.getState().start(workflow).catch(fail);
}

async function quietSave(): Promise<boolean> {
  return useDraft.getState().save().catch((error: unknown) => {
    fail(error);
    return false;
  });
}

export function jumpTo(id: string): void {
  useSelection.getState().select([id]);
  reveal(id);
}

/** Gives the keys back to the canvas. */
export function focusCanvas(): void {
  document.querySelector<HTMLElement>(".canvas")?.focus({ preventScroll: true });
}

async function copy(cut: boolean): Promise<void> {
  const text = copied();
  if (!text) return;
  await navigator.clipboard.writeText(text).catch(fail);
  if (cut) removeSelected();
}

async function pasteHere(): Promise<void> {
  const text = await navigator.clipboard.readText().catch(() => "");
  if (!pasteText(text)) say("There is no workflow JSON on the clipboard");
}

function onlyNode(): string | null {
  const { nodes } = useSelection.getState();
  return nodes.size === 1 ? [...nodes][0]! : null;
}

/** Gives the commands of the editor; those that change something are absent where a past execution is shown. */
export function editorCommands(): Command[] {
  const { fixed, workflow, doc, active } = useDraft.getState();
  const { nodes, edges } = useSelection.getState();
  const some = nodes.size > 0;
  const one = onlyNode();
  const seeing: Command[] = [
    { id: "fit", label: "Fit the workflow", keys: "1", icon: "fit", run: () => fit() },
    { id: "zoom-in", label: "Zoom in", keys: "+", icon: "add", run: () => zoom("in") },
    { id: "zoom-out", label: "Zoom out", keys: "-", icon: "minus", run: () => zoom("out") },
    { id: "zoom-whole", label: "Zoom to 100 %", keys: "0", icon: "search", run: () => zoom("whole") },
    { id: "outline", label: "Outline of the nodes", keys: "O", icon: "list", run: toggleOutline },
    { id: "select-all", label: "Select all", keys: `${MOD} A`, icon: "expand", run: selectAll },
  ];
  if (some) seeing.push({ id: "copy", label: "Copy as JSON", keys: `${MOD} C`, icon: "copy", run: () => void copy(false) });
  if (one) seeing.push({ id: "open", label: "Open the node", keys: "Enter", icon: "expand", run: () => openNode(one) });
  if (workflow) {
    seeing.push({ id: "executions", label: "See its executions", icon: "list", run: () => go({ page: "executions", workflow }) });
  }
  seeing.push(
    { id: "settings", label: "Workflow settings", icon: "settings", run: openWorkflowSettings },
    { id: "find", label: "Find in this workflow", keys: `${MOD} F`, icon: "search", run: () => openFinding("here") },
    { id: "find-all", label: "Find in all workflows", keys: `${MOD} Shift F`, icon: "search", run: () => openFinding("everywhere") },
  );
  const single = one && doc ? byId(doc, one) : undefined;
  if (single) seeing.push({ id: "used", label: "Find where it is used", icon: "search", run: () => openFinding("here", `$('${single.name}')`) });
  if (workflow) seeing.push({ id: "called", label: "Find what calls this workflow", icon: "search", run: () => openFinding("everywhere", workflow) });
  const jumps: Command[] = (doc?.nodes ?? []).map((node) => ({
    id: `node-${node.id}`,
    label: `Go to ${node.name}`,
    quiet: true,
    icon: "next",
    run: () => jumpTo(node.id),
  }));
  if (fixed) return [...seeing, ...jumps];
  const changing: Command[] = [
    { id: "add", label: "Add a node", keys: "Tab", icon: "add", run: addHere },
    { id: "note", label: "Add a sticky note", keys: "Shift S", icon: "note", run: addNote },
    { id: "save", label: "Save", keys: `${MOD} S`, icon: "save", run: () => void save() },
    { id: "run", label: "Run the workflow", keys: `${MOD} Enter`, icon: "play", run: () => void run() },
    { id: "publish", label: "Publish", icon: "bolt", run: () => useVersions.getState().ask({ kind: "publish", version: null }) },
    { id: "versions", label: "Versions", icon: "clock", run: () => useVersions.getState().toggle() },
    { id: "arrange", label: some && nodes.size > 1 ? "Arrange the selection" : "Arrange all nodes", keys: "Shift Alt T", icon: "arrange", run: () => void arrange(nodes).then(() => nodes.size < 2 && fit()) },
    { id: "undo", label: "Undo", keys: `${MOD} Z`, icon: "undo", run: () => useDraft.getState().undo() },
    { id: "redo", label: "Redo", keys: `${MOD} Shift Z`, icon: "redo", run: () => useDraft.getState().redo() },
    { id: "paste", label: "Paste workflow JSON", keys: `${MOD} V`, icon: "note", run: () => void pasteHere() },
  ];
  if (active) changing.push({ id: "unpublish", label: "Stop its triggers", icon: "stop", run: () => useVersions.getState().ask({ kind: "unpublish" }) });
  if (some) {
    changing.push(
      { id: "cut", label: "Cut", keys: `${MOD} X`, icon: "copy", run: () => void copy(true) },
      { id: "duplicate", label: "Duplicate", keys: `${MOD} D`, icon: "copy", run: duplicate },
      { id: "disable", label: "Disable or enable", keys: "D", icon: "disable", run: () => toggleDisabled() },
    );
  }
  if (some || edges.size > 0) changing.push({ id: "remove", label: "Delete the selection", keys: "Delete", icon: "trash", run: removeSelected });
  if (nodes.size > 1) {
    changing.push(
      { id: "group", label: "Group the selection", keys: `${MOD} G`, icon: "group", run: groupSelected },
      { id: "ungroup", label: "Ungroup", keys: `${MOD} Shift G`, icon: "ungroup", run: ungroupSelected },
      ...ALIGNMENTS.map((how): Command => ({ id: `align-${how}`, label: `Align: ${how}`, quiet: true, icon: "alignLeft", run: () => alignSelected(how) })),
    );
  }
  if (some) changing.push({ id: "extract", label: "Make a sub-workflow of the selection", icon: "extract", run: openExtracting });
  if (one) changing.push({ id: "connect", label: "Connect to another node", keys: "C", icon: "flow", run: () => openConnecting(one) });
  const here = one && doc ? byId(doc, one)?.name : undefined;
  if (here) {
    changing.push(
      { id: "run-to", label: `Run to ${here}`, icon: "play", run: () => void run({ destination: here }) },
      { id: "run-one", label: `Run ${here} alone`, icon: "play", run: () => void run({ destination: here, node: here }) },
      { id: "run-from", label: `Run from ${here}`, icon: "play", run: () => void run({ node: here }) },
    );
  }
  if (one) changing.push({ id: "rename", label: "Rename", keys: "F2", icon: "note", run: () => useSelection.getState().rename(one) });
  return [...changing, ...seeing, ...jumps];
}
