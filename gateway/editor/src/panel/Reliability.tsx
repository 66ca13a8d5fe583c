/** Reliability: what a node does when it fails, and how often it tries. */
import { NumberInput, Select, Switch } from "@mantine/core";
import type { NodeJson } from "../canvas/document";
import { patchNode } from "../canvas/document";
import { useDraft } from "../canvas/draft";

const ON_ERROR = [
  { value: "stopWorkflow", label: "Stop the workflow" },
  { value: "continueRegularOutput", label: "Go on with the error as an item" },
  { value: "continueErrorOutput", label: "Send the item to an error output" },
];

export function Reliability({ node, fixed }: { node: NodeJson; fixed: boolean }) {
  const set = (patch: Partial<NodeJson>) => useDraft.getState().change((doc) => patchNode(doc, node.id, patch), `settings ${node.id}`);
  const flag = (key: string, label: string, description: string) => (
    <Switch
      size="xs"
      label={label}
      description={description}
      disabled={fixed}
      checked={node[key] === true}
      onChange={(event) => set({ [key]: event.currentTarget.checked || undefined })}
    />
  );
  const onError = node.onError ?? (node.continueOnFail ? "continueRegularOutput" : "stopWorkflow");
  return (
    <div className="form">
      <Select
        size="xs"
        label="When it fails"
        readOnly={fixed}
        allowDeselect={false}
        data={ON_ERROR}
        value={onError}
        onChange={(value) => set({ onError: value === "stopWorkflow" ? undefined : value, continueOnFail: undefined })}
      />
      {flag("retryOnFail", "Try again", "Before it counts as failed.")}
      {node.retryOnFail === true && (
        <>
          <NumberInput size="xs" label="Attempts" min={2} max={5} readOnly={fixed} value={Number(node.maxTries ?? 3)} onChange={(value) => set({ maxTries: Number(value) })} />
          <NumberInput
            size="xs"
            label="Wait between attempts (ms)"
            min={0}
            max={5000}
            readOnly={fixed}
            value={Number(node.waitBetweenTries ?? 1000)}
            onChange={(value) => set({ waitBetweenTries: Number(value) })}
          />
        </>
      )}
      {flag("alwaysOutputData", "Always give an item", "An empty one where there would be none, so that the flow goes on.")}
      {flag("executeOnce", "Run for the first item only", "The others are left out.")}
      {flag("disabled", "Disabled", "Items pass through it unchanged.")}
    </div>
  );
}
