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
      <Retrying node={node} fixed={fixed} set={set} />
      <NumberInput
        size="xs"
        label="Time limit of one attempt (s)"
        description="Empty: none of its own."
        min={0}
        readOnly={fixed}
        value={typeof node.timeout === "number" ? node.timeout : ""}
        onChange={(value) => set({ timeout: value === "" || Number(value) <= 0 ? undefined : Number(value) })}
      />
      {flag("alwaysOutputData", "Always give an item", "An empty one where there would be none, so that the flow goes on.")}
      {flag("executeOnce", "Run for the first item only", "The others are left out.")}
      {flag("disabled", "Disabled", "Items pass through it unchanged.")}
    </div>
  );
}

interface Retry {
  maxTries?: number;
  backoff?: "fixed" | "exponential";
  delay?: number;
  maxDelay?: number;
  jitter?: number;
}

type How = "no" | "fixed" | "growing";
const HOW = [
  { value: "no", label: "No" },
  { value: "fixed", label: "After a fixed wait" },
  { value: "growing", label: "After waits that grow" },
];

/** Trying again: n8n's fixed waits, or ours that grow and spread. */
function Retrying({ node, fixed, set }: { node: NodeJson; fixed: boolean; set(patch: Partial<NodeJson>): void }) {
  const ours = node.retry as Retry | null | undefined;
  const how: How = ours ? "growing" : node.retryOnFail === true ? "fixed" : "no";
  const choose = (next: string | null) => {
    if (next === "growing") set({ retry: { maxTries: 5, backoff: "exponential", delay: 1000 }, retryOnFail: undefined });
    else set({ retry: undefined, retryOnFail: next === "fixed" || undefined });
  };
  const change = (some: Partial<Retry>) => set({ retry: { ...ours, ...some } });
  const number = (label: string, value: number, least: number, most: number, keep: (value: number) => void) => (
    <NumberInput size="xs" label={label} min={least} max={most} allowDecimal={false} readOnly={fixed} value={value} onChange={(next) => next !== "" && keep(Number(next))} />
  );
  return (
    <>
      <Select size="xs" label="Try again" readOnly={fixed} allowDeselect={false} data={HOW} value={how} onChange={choose} />
      {how === "fixed" && (
        <>
          {number("Attempts", Number(node.maxTries ?? 3), 2, 5, (maxTries) => set({ maxTries }))}
          {number("Wait between attempts (ms)", Number(node.waitBetweenTries ?? 1000), 0, 5000, (waitBetweenTries) => set({ waitBetweenTries }))}
        </>
      )}
      {ours && (
        <>
          {number("Attempts", ours.maxTries ?? 3, 1, 100, (maxTries) => change({ maxTries }))}
          {number("First wait (ms)", ours.delay ?? 1000, 0, 86_400_000, (delay) => change({ delay }))}
          {number("Longest wait (ms)", ours.maxDelay ?? 300_000, 0, 86_400_000, (maxDelay) => change({ maxDelay }))}
          {number("Spread by chance (%)", Math.round((ours.jitter ?? 0.5) * 100), 0, 100, (share) => change({ jitter: share / 100 }))}
          <div className="dim small">Each wait is twice the one before. A target that says how long to wait is waited for.</div>
        </>
      )}
    </>
  );
}
