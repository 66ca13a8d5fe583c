/** The settings of the open workflow: all that holds for it as a whole. */
import { Loader, Modal } from "@mantine/core";
import { create } from "zustand";
import { SettingsForm } from "../panel/SettingsForm";
import type { Schema } from "../panel/schema";
import { useSettingsSchemas } from "../panel/settingsSchemas";
import { useDraft } from "./draft";

const useOpen = create<{ open: boolean }>(() => ({ open: false }));

export const openWorkflowSettings = () => useOpen.setState({ open: true });

export function WorkflowSettings() {
  const open = useOpen((state) => state.open);
  return open ? <Opened /> : null;
}

function Opened() {
  const schemas = useSettingsSchemas();
  const fixed = useDraft((state) => state.fixed);
  const settings = useDraft((state) => (state.doc?.settings ?? {}) as Record<string, unknown>);
  const keep = (settings: Record<string, unknown>) => useDraft.getState().change((doc) => ({ ...doc, settings }), "workflow settings");
  return (
    <Modal opened onClose={() => useOpen.setState({ open: false })} title="Workflow settings" size="lg" centered>
      {schemas ? <SettingsForm schema={schemas.workflow as Schema} value={settings} fixed={fixed} change={keep} /> : <Loader size="sm" />}
    </Modal>
  );
}
