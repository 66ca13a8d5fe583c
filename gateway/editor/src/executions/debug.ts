/** Debugging: what an execution did, taken into the draft, so that it can be mended and tried again from anywhere. */
import { call } from "../api/client";
import { type Doc, byName, normal } from "../canvas/document";
import { useDraft } from "../canvas/draft";
import { useSelection } from "../canvas/selection";
import type { NodeRunDetail } from "../gen/api";
import type { Item } from "../panel/data";
import { readItems } from "../panel/pages";
import { pin } from "../panel/pins";
import { fail, say } from "../shell/notices";
import { go } from "../shell/route";
import { group, useRun } from "./run";

const MOST = 1_000;

let wanted: { workflow: string; execution: string; node: string | null } | null = null;

/** Opens the draft of a workflow with the data of one of its executions, at a node if one is named. */
export function debug(workflow: string, execution: string, node: string | null): void {
  wanted = { workflow, execution, node };
  go({ page: "editor", workflow });
}

/** Takes the execution in, once the draft is open that it is for. */
export async function takeUp(workflow: string): Promise<void> {
  if (wanted?.workflow !== workflow) return;
  const { execution, node } = wanted;
  wanted = null;
  try {
    const detail = await call("GET /api/v1/executions/{execution}", { path: { execution }, query: { outputs: false } });
    const runs = detail.nodeRuns ?? [];
    const path = { workflow, version: detail.version };
    const then = await call("GET /api/v1/workflows/{workflow}/versions/{version}", { path }).then(
      (found) => normal(found.workflow),
      () => null, // a draft that was never saved: what has changed since is not known
    );
    const { doc } = useDraft.getState();
    if (!doc || useDraft.getState().workflow !== workflow) return;
    const roots = await beginnings(doc, execution, runs);
    useDraft.getState().change((before) => roots.reduce((next, [name, items]) => pin(next, name, items), before));
    // What it began with is pinned as it was: that is no change since.
    const ran = roots.reduce((next, [name, items]) => pin(next, name, items), then ?? useDraft.getState().doc!);
    useRun.setState({ execution, detail, byNode: group(runs), ran, going: false });
    const open = node ? byName(useDraft.getState().doc!, node) : undefined;
    if (open) useSelection.getState().openPanel(open.id);
    say(roots.length ? `What it began with is pinned on ${roots.map(([name]) => name).join(", ")}` : "Its data is shown");
  } catch (error) {
    fail(error);
  }
}

/** Gives what the nodes gave that nothing came before, as far as the draft still has them. */
async function beginnings(doc: Doc, execution: string, runs: readonly NodeRunDetail[]): Promise<[string, Item[]][]> {
  const found: [string, Item[]][] = [];
  for (const run of runs) {
    if ((run.sources ?? []).some(Boolean) || run.status === "error" || !byName(doc, run.node)) continue;
    const output = run.counts?.findIndex((count) => count > 0) ?? -1;
    if (output !== 0 || found.some(([name]) => name === run.node)) continue;
    const page = await readItems({ execution, node: run.node, run: run.run, output }, 0, MOST, true);
    if (page.kept && page.total <= MOST) found.push([run.node, page.items]);
  }
  return found;
}
