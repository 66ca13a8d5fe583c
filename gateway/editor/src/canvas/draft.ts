/** The draft: the open workflow's document, its history of changes, and how it stands to what is saved. */
import { create } from "zustand";
import { ApiError, call } from "../api/client";
import type { ErrorInfo, WorkflowBody, WorkflowDetail } from "../gen/api";
import { type Doc, alike, normal } from "./document";

const MOST_UNDOS = 300;
const SAME_CHANGE_MS = 1_200;

/** What takes the place of a draft's own history and saving while it is drawn together with others. */
export interface Shared {
  undo(): void;
  redo(): void;
  save(): Promise<void>;
}

export interface Draft {
  workflow: string | null;
  doc: Doc | null;
  saved: Doc | null;
  revision: number;
  active: boolean;
  /** The version saved last, and the one that triggers start. */
  version: string | null;
  published: string | null;
  problems: ErrorInfo[];
  /** A past execution's version is shown, not to be changed. */
  fixed: boolean;
  saving: boolean;
  /** Somebody else saved in between. */
  conflict: boolean;
  failed: unknown;
  past: Doc[];
  future: Doc[];
  shared: Shared | null;
  open(workflow: string): Promise<void>;
  show(workflow: string, version: string): Promise<void>;
  /** Forgets what was not saved, and reads what is. */
  reload(): Promise<void>;
  /** Leaves the workflow; what is not saved is there again when it is opened next. */
  leave(): void;
  /** Changes the document; changes with the same key in quick succession are undone together. */
  change(make: (doc: Doc) => Doc, key?: string): void;
  undo(): void;
  redo(): void;
  save(force?: boolean): Promise<boolean>;
  activate(on: boolean): Promise<void>;
  /** Takes in how the workflow stands, as an answer gave it. */
  took(detail: WorkflowDetail): void;
}

type Kept = Pick<Draft, "doc" | "saved" | "past" | "future"> & Facts;
type Facts = Pick<Draft, "revision" | "active" | "version" | "published" | "problems">;
/** Changes that were not saved when their workflow was left, by workflow. */
const kept = new Map<string, Kept>();
let last: { key: string; at: number } | null = null;

export const useDraft = create<Draft>((set, get) => ({
  workflow: null,
  doc: null,
  saved: null,
  revision: 0,
  active: false,
  version: null,
  published: null,
  problems: [],
  fixed: false,
  saving: false,
  conflict: false,
  failed: null,
  past: [],
  future: [],
  shared: null,

  async open(workflow) {
    set(fresh(workflow, false));
    const before = kept.get(workflow);
    kept.delete(workflow);
    if (before) return set(before);
    try {
      const detail = await call("GET /api/v1/workflows/{workflow}", { path: { workflow } });
      if (get().workflow !== workflow || get().fixed) return;
      const doc = normal(detail.workflow ?? {});
      set({ doc, saved: doc, ...facts(detail) });
    } catch (failed) {
      set({ failed });
    }
  },

  async show(workflow, version) {
    set(fresh(workflow, true));
    try {
      const path = { workflow, version };
      const found = await call("GET /api/v1/workflows/{workflow}/versions/{version}", { path });
      if (get().workflow !== workflow || !get().fixed) return;
      const doc = normal(found.workflow);
      set({ doc, saved: doc });
    } catch (failed) {
      set({ failed });
    }
  },

  async reload() {
    const { workflow } = get();
    if (workflow) await get().open(workflow);
  },

  leave() {
    const state = get();
    if (state.workflow && changed(state)) {
      const { doc, saved, revision, active, version, published, problems, past, future } = state;
      kept.set(state.workflow, { doc, saved, revision, active, version, published, problems, past, future });
    }
    set({ ...fresh("", false), workflow: null });
  },

  change(make, key) {
    const { doc, past, fixed, shared } = get();
    if (!doc || fixed) return;
    const next = make(doc);
    if (next === doc) return;
    if (shared) return set({ doc: next });
    const now = Date.now();
    const joined = key !== undefined && last?.key === key && now - last.at < SAME_CHANGE_MS && past.length > 0;
    last = key === undefined ? null : { key, at: now };
    set({ doc: next, past: joined ? past : [...past.slice(-MOST_UNDOS), doc], future: [] });
  },

  undo() {
    if (get().shared) return get().shared!.undo();
    const { doc, past, future, fixed } = get();
    const before = past.at(-1);
    if (!doc || !before || fixed) return;
    last = null;
    set({ doc: before, past: past.slice(0, -1), future: [doc, ...future] });
  },

  redo() {
    if (get().shared) return get().shared!.redo();
    const { doc, past, future, fixed } = get();
    const after = future[0];
    if (!doc || !after || fixed) return;
    last = null;
    set({ doc: after, past: [...past, doc], future: future.slice(1) });
  },

  async save(force = false) {
    const { workflow, doc, saved, revision, fixed, saving, shared } = get();
    if (!workflow || !doc || fixed || saving) return false;
    if (doc === saved && !force) return true;
    set({ saving: true });
    try {
      if (shared && !force) {
        await shared.save();
        return true;
      }
      const body = doc as WorkflowBody;
      const detail = await call("PUT /api/v1/workflows/{workflow}", {
        path: { workflow },
        body,
        revision: force ? undefined : revision,
      });
      const now = get().doc;
      // Meeting others meanwhile makes another object of the same workflow.
      set({ saved: now && alike(now, doc) ? now : doc, conflict: false, ...facts(detail) });
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) {
        set({ conflict: true });
        return false;
      }
      throw error;
    } finally {
      set({ saving: false });
    }
  },

  async activate(on) {
    const { workflow } = get();
    if (!workflow) return;
    const path = { workflow };
    const detail = on
      ? await call("POST /api/v1/workflows/{workflow}/activate", { path })
      : await call("POST /api/v1/workflows/{workflow}/deactivate", { path });
    set(facts(detail));
  },

  took: (detail) => set(facts(detail)),
}));

/** Gives what an answer says of a workflow besides its document. */
export function facts(detail: WorkflowDetail): Facts {
  const { revision, active, versionId, publishedVersionId, problems } = detail;
  return { revision, active, version: versionId, published: publishedVersionId ?? null, problems: problems ?? [] };
}

function fresh(workflow: string, fixed: boolean): Partial<Draft> {
  last = null;
  const empty = { doc: null, saved: null, revision: 0, active: false, problems: [], past: [], future: [], shared: null };
  const nowhere = { version: null, published: null };
  return { workflow, fixed, ...empty, ...nowhere, saving: false, conflict: false, failed: null };
}

/** Says whether anything anywhere is not saved. */
export function anyUnsaved(): boolean {
  return kept.size > 0 || changed(useDraft.getState());
}

/** Says whether there are changes that are not saved. */
export function changed(state: Draft): boolean {
  return !state.fixed && state.doc !== state.saved;
}
