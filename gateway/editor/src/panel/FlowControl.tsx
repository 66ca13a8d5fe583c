/** Flow control: how often a node may run, and how many of its runs at a time. */
import { Button } from "@mantine/core";
import { specOf, useNodeTypes } from "../api/nodeTypes";
import { type NodeJson, patchNode } from "../canvas/document";
import { useDraft } from "../canvas/draft";
import { openWorkflowSettings } from "../canvas/WorkflowSettings";
import { SettingsForm } from "./SettingsForm";
import type { Schema } from "./schema";
import { useSettingsSchemas } from "./settingsSchemas";

export function FlowControl({ node, fixed }: { node: NodeJson; fixed: boolean }) {
  const schemas = useSettingsSchemas();
  const spec = useNodeTypes((state) => specOf(state.types, node));
  const keep = (millrace: Record<string, unknown>) =>
    useDraft.getState().change((doc) => patchNode(doc, node.id, { millrace: Object.keys(millrace).length ? millrace : undefined }), `settings ${node.id}`);
  return (
    <div className="form">
      {spec?.runs === "inline" ? (
        <div className="dim">{spec.title} waits for nothing outside: it runs at once, and these hold for nodes that ask the world.</div>
      ) : (
        <div className="dim">Over all executions and attempts. Runs that come too early wait in the log, in order.</div>
      )}
      {schemas && <SettingsForm schema={schemas.nodeFlow as Schema} value={(node.millrace ?? {}) as Record<string, unknown>} fixed={fixed} change={keep} />}
      <div className="dim">Executions at a time, their order and priority belong to the whole workflow.</div>
      <Button size="compact-xs" variant="default" onClick={openWorkflowSettings} style={{ alignSelf: "start" }}>
        Workflow settings
      </Button>
    </div>
  );
}
