/** The dialog before selected nodes become a workflow of their own: its name, and what it takes. */
import { Button, Modal, Radio, TextInput } from "@mantine/core";
import { useMemo, useState } from "react";
import { create } from "zustand";
import { call } from "../api/client";
import { specOf, useNodeTypes } from "../api/nodeTypes";
import type { WorkflowBody } from "../gen/api";
import { fail, say } from "../shell/notices";
import { useDraft } from "./draft";
import { declared, extraction, replaced } from "./extracting";
import { useSelection } from "./selection";

const useExtracting = create<{ ids: ReadonlySet<string> | null }>(() => ({ ids: null }));

export function openExtracting(): void {
  const { nodes } = useSelection.getState();
  if (nodes.size && !useDraft.getState().fixed) useExtracting.setState({ ids: nodes });
}

const close = () => useExtracting.setState({ ids: null });

export function Extracting() {
  const ids = useExtracting((state) => state.ids);
  return ids && <Dialog ids={ids} />;
}

function Dialog({ ids }: { ids: ReadonlySet<string> }) {
  const doc = useDraft((state) => state.doc);
  const types = useNodeTypes((state) => state.types);
  const [name, setName] = useState(`${doc?.name ?? "Workflow"}: part`);
  const [takes, setTakes] = useState("all");
  const [busy, setBusy] = useState(false);
  const found = useMemo(() => (doc ? extraction(doc, ids, name, (node) => specOf(types, node)?.inputs === 0) : ""), [doc, ids, name, types]);
  if (!doc) return null;
  if (typeof found === "string") {
    return (
      <Modal opened onClose={close} title="Make a sub-workflow" size="md" centered>
        <p role="alert">{found}</p>
        <div className="modal-foot">
          <Button size="xs" variant="default" data-autofocus onClick={close}>
            Close
          </Button>
        </div>
      </Modal>
    );
  }
  const fields = [...found.read, ...found.outer];
  const named = found.outer.length > 0 || takes === "fields";
  const make = async () => {
    setBusy(true);
    try {
      const contract = named ? fields : null;
      const made = await call("POST /api/v1/workflows", { body: declared(found.child, contract) as WorkflowBody });
      const next = replaced(doc, ids, found, made.id, contract);
      useDraft.getState().change(() => next.doc);
      useSelection.getState().select([next.id]);
      close();
      say(`“${made.name}” is a workflow of its own now`, "good");
    } catch (error) {
      fail(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={close} title="Make a sub-workflow" size="md" centered>
      <TextInput label="Name" data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <Radio.Group label="It takes" mt="sm" value={named ? "fields" : "all"} onChange={setTakes}>
        <Radio mt={6} value="all" label="Whatever comes in" disabled={found.outer.length > 0} />
        <Radio mt={6} value="fields" label="These fields, and nothing else" disabled={fields.length === 0} />
      </Radio.Group>
      {fields.length > 0 && (
        <ul className="contract" aria-label="Fields">
          {fields.map((field) => (
            <li key={field.name}>
              <b>{field.name}</b> <code>{field.from.replace(/^=/, "")}</code>
            </li>
          ))}
        </ul>
      )}
      {found.outer.length > 0 && <p className="dim">Some are read of nodes that stay outside: they come in as fields.</p>}
      <div className="modal-foot">
        <Button size="xs" variant="default" onClick={close}>
          Cancel
        </Button>
        <Button size="xs" disabled={!name.trim()} loading={busy} onClick={() => void make()}>
          Make it
        </Button>
      </div>
    </Modal>
  );
}
