/** The binding: the open draft and the shared document say the same. Edits go one way, those of others come the other. */
import * as Y from "yjs";
import { call } from "../api/client";
import { type Doc, alike, normal } from "../canvas/document";
import { facts, useDraft } from "../canvas/draft";
import { keepingCaret } from "./caret";
import { DRAFT, MARK, Model } from "./model";
import { Provider } from "./provider";
import { usePeople } from "./people";

/** Edits of this page: what undo takes back, and nothing of others. */
const MINE = Symbol("mine");
const SAME_CHANGE_MS = 600;
const LOOKS = 15;
const LOOK_MS = 200;

/** Binds the open draft of a workflow to its shared document; gives what ends that. */
export function bind(workflow: string): () => void {
  const ydoc = new Y.Doc();
  const model = new Model(ydoc);
  const undo = new Y.UndoManager([model.meta, model.nodes, model.wires], {
    trackedOrigins: new Set([MINE]),
    captureTimeout: SAME_CHANGE_MS,
  });
  let met = false;
  let bound = false;
  let shown: Doc | null = null;

  const here = () => useDraft.getState().workflow === workflow && !useDraft.getState().fixed;
  const pull = () => {
    const { doc } = useDraft.getState();
    if (!bound || !here() || !doc) return;
    const next = (shown = model.read(doc));
    keepingCaret(() => useDraft.setState({ doc: next }));
  };
  const stacks = () => {
    const { doc } = useDraft.getState();
    if (!bound || !here() || !doc) return;
    useDraft.setState({ past: undo.undoStack.map(() => doc), future: undo.redoStack.map(() => doc) });
  };

  const begin = () => {
    const { doc, saved } = useDraft.getState();
    // Before the others' state is there, theirs would look like nothing, and ours could lose against it.
    if (!met || bound || !here() || !doc || !saved) return;
    // What was changed before we met the others is an edit like any other.
    if (doc !== saved) ydoc.transact(() => model.write(saved, doc), MINE);
    bound = true;
    const shared = model.read(saved);
    shown = alike(shared, saved) ? saved : shared;
    useDraft.setState({ doc: shown, shared: actions });
    stacks();
  };
  const provider = new Provider(workflow, ydoc, (online) => {
    usePeople.setState({ online });
    met ||= online;
    if (online) begin();
  });
  const actions = {
    undo: () => void undo.undo(),
    redo: () => void undo.redo(),
    async save() {
      const { doc } = useDraft.getState();
      const answer = await provider.save();
      if (answer.saved && here()) {
        const now = useDraft.getState().doc;
        // What others say may have come meanwhile: the same workflow as another object.
        useDraft.setState({ saved: doc && now && alike(doc, now) ? now : doc, conflict: false, ...facts(answer.saved) });
      }
      if (answer.problem) throw new Error(answer.problem.detail);
    },
  };

  const forget = useDraft.subscribe((state, before) => {
    if (!bound) return begin();
    if (!here() || !state.doc || !before.doc || state.doc === before.doc || state.doc === shown) return;
    const [was, is] = [before.doc, state.doc];
    shown = is;
    ydoc.transact(() => model.write(was, is), MINE);
  });
  ydoc.on("afterTransaction", (done: Y.Transaction) => {
    if (done.origin === MINE || done.changed.size === 0) return;
    const meta = done.changed.get(model.meta as never) as ReadonlySet<string> | undefined;
    const marked = meta?.has(DRAFT) ?? false;
    const only = meta && done.changed.size === 1 && [...meta].every((key) => key.startsWith(MARK));
    if (!only) pull();
    if (bound && marked) agree(workflow, model).catch(() => undefined);
  });
  undo.on("stack-item-added", stacks);
  undo.on("stack-item-popped", stacks);
  const stop = usePeople.getState().meet(provider.awareness);
  return () => {
    forget();
    stop();
    undo.destroy();
    provider.close();
    ydoc.destroy();
    if (useDraft.getState().shared === actions) useDraft.setState({ shared: null });
  };
}

/** Somebody saves: once the draft is that version, what is shown may be what is saved. */
async function agree(workflow: string, model: Model): Promise<void> {
  const version = model.agreed;
  for (let tries = 0; tries < LOOKS; tries++) {
    const detail = await call("GET /api/v1/workflows/{workflow}", { path: { workflow } });
    const { doc, workflow: open } = useDraft.getState();
    // What was asked before a later save says nothing of what is saved now.
    if (open !== workflow || !doc || model.agreed !== version) return;
    if (detail.versionId === version) {
      const saved = normal(detail.workflow ?? {});
      return useDraft.setState({ saved: alike(saved, doc) ? doc : saved, ...facts(detail) });
    }
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
}
