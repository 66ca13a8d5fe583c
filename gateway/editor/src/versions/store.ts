/** The versions of the open workflow: the list beside the canvas, the dialog before publishing, what is to be restored. */
import { create } from "zustand";
import { ApiError, call } from "../api/client";
import { normal } from "../canvas/document";
import { useDraft } from "../canvas/draft";
import type { ErrorInfo, VersionSummary, WorkflowDetail } from "../gen/api";
import { say } from "../shell/notices";

interface Versions {
  /** The list is shown. */
  open: boolean;
  /** What the dialog asks about: a version to publish, or stopping; null where it is closed. */
  asked: { kind: "publish"; version: string | null } | { kind: "unpublish" } | null;
  rows: VersionSummary[] | null;
  cursor: string | null;
  toggle(open?: boolean): void;
  ask(asked: Versions["asked"]): void;
  look(workflow: string): Promise<void>;
  more(workflow: string): Promise<void>;
}

/** A version that the editor takes as its draft once the workflow is open. */
let wanted: { workflow: string; version: string } | null = null;

export const useVersions = create<Versions>((set, get) => ({
  open: false,
  asked: null,
  rows: null,
  cursor: null,

  toggle: (open) => set((state) => ({ open: open ?? !state.open })),
  ask: (asked) => set({ asked }),

  async look(workflow) {
    const page = await call("GET /api/v1/workflows/{workflow}/versions", { path: { workflow } });
    set({ rows: page.data, cursor: page.nextCursor });
  },

  async more(workflow) {
    const { cursor, rows } = get();
    if (!cursor) return;
    const page = await call("GET /api/v1/workflows/{workflow}/versions", { path: { workflow }, query: { cursor } });
    set({ rows: [...(rows ?? []), ...page.data], cursor: page.nextCursor });
  },
}));

/** Publishes a version; gives how the workflow stands then, or the list of what stands against it. */
export async function publish(workflow: string, version: string, message: string): Promise<WorkflowDetail | ErrorInfo[]> {
  try {
    const body = { version, message: message.trim() || null };
    return await call("POST /api/v1/workflows/{workflow}/publish", { path: { workflow }, body });
  } catch (error) {
    if (!(error instanceof ApiError) || ![409, 422].includes(error.status)) throw error;
    const { more, detail, node, field, hint } = error.problem;
    const listed = (more as { problems?: ErrorInfo[] } | undefined)?.problems;
    return listed ?? [{ message: detail ?? "it cannot be published", node, field, hint }];
  }
}

/** Makes an earlier version the draft: one change, which undo takes back, and nothing is saved or published. */
export async function restore(workflow: string, version: string): Promise<void> {
  const found = await call("GET /api/v1/workflows/{workflow}/versions/{version}", { path: { workflow, version } });
  const draft = useDraft.getState();
  if (draft.workflow !== workflow || draft.fixed) return;
  const { nodes, connections, settings, pinData, name } = normal(found.workflow);
  draft.change((doc) => ({ ...doc, name, nodes, connections, settings, pinData }));
  say("The draft is this version again. Save keeps it, Undo takes it back", "good");
}

/** Restores a version as soon as the editor has its workflow open. */
export function restoreLater(workflow: string, version: string): void {
  wanted = { workflow, version };
}

/** Takes what is to be restored in a workflow, once. */
export function toRestore(workflow: string): string | null {
  const version = wanted?.workflow === workflow ? wanted.version : null;
  if (version) wanted = null;
  return version;
}
