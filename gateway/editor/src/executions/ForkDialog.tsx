/** Going on from a node of an execution: with what arrived there or with other data, with its version or the draft. */
import { Alert, Button, Loader, Modal, Select, Switch } from "@mantine/core";
import { Suspense, lazy, useEffect, useState } from "react";
import { call } from "../api/client";
import { useDraft } from "../canvas/draft";
import type { ExecutionDetail, StartItem } from "../gen/api";
import { type Stream, inputsOf } from "../panel/data";
import { readItems } from "../panel/pages";
import { fail, say } from "../shell/notices";
import { go } from "../shell/route";
import { plural } from "../shell/words";
import { useRun } from "./run";

const CodeField = lazy(() => import("../panel/CodeField"));
const MOST = 500;

interface Props {
  detail: ExecutionDetail;
  /** Where to go on from at first. */
  node: string;
  close(): void;
}

export function ForkDialog({ detail, node: first, close }: Props) {
  const doc = useDraft((state) => state.doc);
  const [node, setNode] = useState(first);
  const [text, setText] = useState<string | null>(null);
  const [given, setGiven] = useState("");
  const [draft, setDraft] = useState<string | null>(null);
  const [version, setVersion] = useState("then");
  const [armed, setArmed] = useState(false);
  useEffect(() => {
    call("GET /api/v1/workflows/{workflow}", { path: { workflow: detail.workflow } }).then((found) => setDraft(found.versionId), () => undefined);
  }, [detail.workflow]);
  useEffect(() => {
    setText(null);
    arrived(detail.id, node).then((items) => {
      const written = JSON.stringify(items, null, 2);
      setText(written);
      setGiven(written);
    }, fail);
  }, [detail.id, node]);
  const items = parsed(text ?? "");
  const start = async () => {
    const body = { node, armed, items: text === given ? null : (items as StartItem[]), version: version === "draft" ? draft : null };
    const asked = await call("POST /api/v1/executions/{execution}/fork", { path: { execution: detail.id }, body });
    close();
    say("It goes on in an execution of its own", "good");
    go({ page: "execution", workflow: detail.workflow, execution: asked.execution });
  };
  const versions = [
    { value: "then", label: "the version it ran" },
    ...(draft && draft !== detail.version ? [{ value: "draft", label: "the draft as it is saved" }] : []),
  ];
  return (
    <Modal opened onClose={close} title="Go on from here" size="lg" centered>
      <Select label="From" size="xs" allowDeselect={false} searchable data={doc?.nodes.map((each) => each.name) ?? [node]} value={node} onChange={(value) => value && setNode(value)} />
      <Select label="With" size="xs" mt="xs" allowDeselect={false} data={versions} value={version} onChange={(value) => value && setVersion(value)} />
      <div className="field-label" style={{ marginTop: 10 }}>
        What arrives there
      </div>
      {text === null ? (
        <Loader size="xs" />
      ) : (
        <Suspense fallback={<div className="code-wait" />}>
          <CodeField label="Items that arrive" media="application/json" value={text} fixed={false} change={setText} />
        </Suspense>
      )}
      <Switch
        mt="sm"
        size="xs"
        label="Make effects"
        description="Send requests and messages for real. Else they answer with what they answered then, or with a marked item."
        checked={armed}
        onChange={(event) => setArmed(event.currentTarget.checked)}
      />
      {armed && (
        <Alert color="orange" mt="sm" p="xs">
          What comes after {node} is done again for real.
        </Alert>
      )}
      <div className="modal-foot">
        <span className={items ? "dim" : "field-problem"} role="status">
          {text !== null && (items ? plural(items.length, "item") : "a list of objects is wanted")}
        </span>
        <div className="bar-gap" />
        <Button variant="default" size="xs" onClick={close}>
          Cancel
        </Button>
        <Button size="xs" disabled={!items} onClick={() => void start().catch(fail)}>
          Go on
        </Button>
      </div>
    </Modal>
  );
}

function parsed(text: string): unknown[] | null {
  try {
    const found = JSON.parse(text) as unknown;
    return Array.isArray(found) && found.every((each) => each && typeof each === "object") ? found : null;
  } catch {
    return null;
  }
}

/** Reads what arrived at a node; what has no input begins with what it gave. */
async function arrived(execution: string, node: string): Promise<unknown[]> {
  const { doc } = useDraft.getState();
  const { byNode } = useRun.getState();
  if (!doc) return [];
  const run = byNode.get(node)?.at(-1);
  const streams: Stream[] = inputsOf({ doc, execution, runs: byNode }, node, run);
  const place = streams[0]?.place ?? (streams.length === 0 && run ? { execution, node, run: run.run, output: 0 } : null);
  if (!place) return [];
  const page = await readItems(place, 0, MOST, true);
  return page.items.map((item) => (item.binary ? { json: item.json, binary: item.binary } : (item.json ?? {})));
}
