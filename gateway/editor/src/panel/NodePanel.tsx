/** The node panel: Input | Parameters | Output of one node, over the canvas. */
import { ActionIcon, Button, CloseButton, Menu, Select, Tabs, TextInput, Tooltip } from "@mantine/core";
import { useEffect, useMemo, useRef, useState } from "react";
import { specOf, useNodeTypes } from "../api/nodeTypes";
import { run } from "../canvas/commands";
import { type Doc, type NodeJson, byId } from "../canvas/document";
import { useDraft } from "../canvas/draft";
import { portsNow, renameTo, setParameters } from "../canvas/edits";
import { useSelection } from "../canvas/selection";
import { neighbour } from "../canvas/walk";
import { useRun } from "../executions/run";
import type { NodeRunDetail, NodeSpec } from "../gen/api";
import { Icon, groupIcon } from "../shell/icons";
import { duration } from "../shell/words";
import { SoftLock } from "../together/SoftLock";
import { DataView } from "./DataView";
import { FlowControl } from "./FlowControl";
import { ItemPicker } from "./ItemPicker";
import { Failure } from "./Failure";
import { prepare } from "./Field";
import { ObjectForm } from "./Form";
import { Reliability } from "./Reliability";
import { Metrics } from "./Metrics";
import { NodeCredentials } from "./NodeCredentials";
import { PinTools } from "./PinTools";
import { type Stream, inputsOf, outputsOf } from "./data";
import { usePick } from "./pick";
import type { Schema } from "./schema";
import { readVariables, useSight } from "./sight";
import "./panel.css";

export function NodePanel() {
  const id = useSelection((state) => state.panel);
  const doc = useDraft((state) => state.doc);
  const node = id && doc ? byId(doc, id) : undefined;
  if (!node || !doc) return null;
  return <Opened key={node.id} node={node} doc={doc} />;
}

function close(): void {
  useSelection.getState().openPanel(null);
  document.querySelector<HTMLElement>(".canvas")?.focus({ preventScroll: true });
}

function Opened({ node, doc }: { node: NodeJson; doc: Doc }) {
  const spec = useNodeTypes((state) => specOf(state.types, node));
  const runs = useRun((state) => state.byNode);
  const mine = runs.get(node.name);
  const [at, setAt] = useState<number | null>(null);
  const last = mine?.[at ?? mine.length - 1] ?? mine?.at(-1);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    frame.current?.focus();
    prepare();
  }, []);
  const execution = useRun((state) => state.execution);
  const inputs = useMemo(() => inputsOf({ doc, execution, runs }, node.name, last), [doc, execution, node.name, last, runs]);
  useSeen(node, doc, inputs[0]);
  const ports = portsNow(node);
  const names = ports.outputs.join("\0");
  const outputs = useMemo(
    () => outputsOf({ doc, execution, runs }, node.name, last, names ? names.split("\0") : []),
    [doc, execution, runs, node.name, last, names],
  );
  return (
    <div className="panel-shade" onPointerDown={(event) => event.target === event.currentTarget && close()}>
      <div
        className="panel nokeys"
        role="dialog"
        aria-modal="true"
        aria-label={node.name}
        tabIndex={-1}
        ref={frame}
        onKeyDown={(event) => event.key === "Escape" && !event.defaultPrevented && close()}
      >
        <Head node={node} doc={doc} spec={spec} last={last} />
        <div className="panel-columns">
          {ports.inputs > 0 && <DataView title="Input" streams={inputs} none="Run the workflow to see what comes in." source direct={inputs.length > 0} />}
          <Parameters node={node} spec={spec} />
          <div className="panel-out">
            {mine && mine.length > 1 && <RunPicker runs={mine} at={at ?? mine.length - 1} choose={setAt} />}
            {last?.error && <Failure node={node.name} failed={last} />}
            <DataView title="Output" streams={outputs} none="Run the workflow to see what it gives.">
              <PinTools node={node} stream={outputs[0]} />
            </DataView>
          </div>
        </div>
      </div>
    </div>
  );
}

/** Tells the expressions of the node what they see. */
function useSeen(node: NodeJson, doc: Doc, input: Stream | undefined): void {
  const execution = useRun((state) => state.execution);
  useEffect(readVariables, []);
  useEffect(() => {
    useSight.setState({ node: node.name, doc, execution, input: input ?? null });
    usePick.getState().among(input?.total ?? 0);
  }, [node.name, doc, execution, input]);
}

function Head({ node, doc, spec, last }: { node: NodeJson; doc: Doc; spec: NodeSpec | undefined; last: NodeRunDetail | undefined }) {
  const fixed = useDraft((state) => state.fixed);
  const going = useRun((state) => state.going);
  const turn = (direction: "left" | "right") => {
    const next = neighbour(doc, node.id, direction);
    if (next) useSelection.getState().openPanel(next.id);
  };
  return (
    <header className="panel-head">
      <span className={`choice-icon group-${spec?.group ?? "none"}`}>
        <Icon name={spec ? groupIcon(spec.group) : "warn"} />
      </span>
      <TextInput
        key={node.name}
        variant="unstyled"
        className="bar-name"
        aria-label="Name of the node"
        defaultValue={node.name}
        readOnly={fixed}
        onBlur={(event) => renameTo(node.id, event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
      />
      <span className="dim">{spec?.title ?? `${node.type} is not installed`}</span>
      {last && (
        <span className={`status status-${last.status}`}>
          {last.status === "error" ? "failed" : "ran"} · {duration((last.durationUs ?? 0) / 1000)}
        </span>
      )}
      <div className="bar-gap" />
      {!fixed && (
        <RunButtons name={node.name} going={going} />
      )}
      <Tooltip label="Node before">
        <ActionIcon variant="subtle" color="gray" aria-label="Node before" onClick={() => turn("left")}>
          <Icon name="back" />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Next node">
        <ActionIcon variant="subtle" color="gray" aria-label="Next node" onClick={() => turn("right")}>
          <Icon name="next" />
        </ActionIcon>
      </Tooltip>
      <CloseButton aria-label="Close" onClick={close} />
    </header>
  );
}

/** Runs to this node, it alone, from it on, or everything; what still holds is not run again. */
function RunButtons({ name, going }: { name: string; going: boolean }) {
  return (
    <Button.Group>
      <Button size="compact-sm" loading={going} leftSection={<Icon name="play" size={13} />} onClick={() => void run({ destination: name })}>
        Run to here
      </Button>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <Button size="compact-sm" px={9} disabled={going} aria-label="More ways to run">
            ▾
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => void run({ destination: name, node: name })}>Run this node alone</Menu.Item>
          <Menu.Item onClick={() => void run({ node: name })}>Run from here</Menu.Item>
          <Menu.Item onClick={() => void run()}>Run the workflow</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Button.Group>
  );
}

function Parameters({ node, spec }: { node: NodeJson; spec: NodeSpec | undefined }) {
  const fixed = useDraft((state) => state.fixed);
  const problems = useDraft((state) => (state.doc === state.saved ? state.problems : null));
  const faults = useMemo(() => {
    const mine = (problems ?? []).filter((problem) => problem.node === node.name && problem.field);
    return new Map(mine.map((problem) => [problem.field!, problem.message]));
  }, [problems, node.name]);
  const root = useMemo(() => unsigned((spec?.parameters ?? {}) as Schema, node.parameters), [spec, node.parameters]);
  const none = Object.keys(root.properties ?? {}).length === 0;
  return (
    <section className="panel-parameters" aria-label="Parameters">
      <SoftLock node={node.id}>
        <Tabs defaultValue="parameters" keepMounted={false}>
          <Tabs.List>
            <Tabs.Tab value="parameters">Parameters</Tabs.Tab>
            <Tabs.Tab value="reliability">Reliability</Tabs.Tab>
            <Tabs.Tab value="flow">Flow control</Tabs.Tab>
            <Tabs.Tab value="metrics">Metrics</Tabs.Tab>
            <Tabs.Tab value="docs">Docs</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="parameters" className="panel-scroll">
            {!none && <ItemPicker />}
            <NodeCredentials node={node} spec={spec} fixed={fixed} />
            {none && <div className="dim">{spec ? "Nothing to set here." : "Its parameters are kept as they are."}</div>}
            <ObjectForm
              schema={root}
              value={node.parameters}
              path=""
              context={{ root, version: node.typeVersion ?? 1, fixed, faults }}
              change={(parameters) => setParameters(node.id, parameters)}
            />
          </Tabs.Panel>
          <Tabs.Panel value="reliability" className="panel-scroll">
            <Reliability node={node} fixed={fixed} />
          </Tabs.Panel>
          <Tabs.Panel value="flow" className="panel-scroll">
            <FlowControl node={node} fixed={fixed} />
          </Tabs.Panel>
          <Tabs.Panel value="metrics" className="panel-scroll">
            <Metrics name={node.name} />
          </Tabs.Panel>
          <Tabs.Panel value="docs" className="panel-scroll">
            {spec && <Docs spec={spec} version={node.typeVersion ?? 1} />}
          </Tabs.Panel>
        </Tabs>
      </SoftLock>
    </section>
  );
}

const SIGNING = ["authentication", "genericAuthType", "nodeCredentialType"];

/** Leaves out of a form what the choice of the credential sets, unless an expression does. */
function unsigned(root: Schema, values: Record<string, unknown>): Schema {
  if (!root.properties || !("genericAuthType" in root.properties)) return root;
  const kept = Object.entries(root.properties).filter(([key]) => !SIGNING.includes(key) || String(values[key] ?? "").startsWith("="));
  return { ...root, properties: Object.fromEntries(kept) };
}

function Docs({ spec, version }: { spec: NodeSpec; version: number }) {
  return (
    <div className="docs">
      <p>{spec.summary}</p>
      <p className="dim">
        {spec.name} · version {version} · {spec.group}
      </p>
      {spec.examples.map((example, at) => (
        <details key={at} open={at === 0}>
          <summary>{String(example.title ?? "Example")}</summary>
          <pre>{JSON.stringify({ parameters: example.parameters, input: example.given, output: example.then }, null, 2)}</pre>
        </details>
      ))}
    </div>
  );
}

function RunPicker({ runs, at, choose }: { runs: readonly NodeRunDetail[]; at: number; choose(at: number): void }) {
  return (
    <Select
      size="xs"
      aria-label="Which run"
      allowDeselect={false}
      data={runs.map((each, index) => ({ value: String(index), label: `Run ${index + 1} of ${runs.length}${each.status === "error" ? " · failed" : ""}` }))}
      value={String(at)}
      onChange={(value) => choose(Number(value))}
    />
  );
}
