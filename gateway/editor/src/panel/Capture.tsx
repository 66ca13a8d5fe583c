/** Capturing: takes what a node gave in an earlier execution, without what is secret. */
import { Button, Loader, Modal, Switch } from "@mantine/core";
import { useEffect, useState } from "react";
import { call } from "../api/client";
import { useDraft } from "../canvas/draft";
import { Status } from "../executions/Status";
import type { ExecutionSummary } from "../gen/api";
import { fail, say } from "../shell/notices";
import { ago } from "../shell/words";
import type { Item } from "./data";
import { readItems } from "./pages";
import { redacted } from "./sample";

interface Props {
  name: string;
  close(): void;
  take(items: Item[]): void;
}

const SHOWN = 20;
const TAKEN = 100;

export function Capture({ name, close, take }: Props) {
  const workflow = useDraft((state) => state.workflow);
  const [rows, setRows] = useState<ExecutionSummary[] | null>(null);
  const [people, setPeople] = useState(true);
  useEffect(() => {
    const query = { workflow: workflow ?? undefined, node: name, limit: SHOWN };
    call("GET /api/v1/executions", { query }).then((page) => setRows(page.data), fail);
  }, [workflow, name]);
  const choose = async (execution: string) => {
    const detail = await call("GET /api/v1/executions/{execution}", { path: { execution }, query: { outputs: false } });
    const last = detail.nodeRuns?.filter((each) => each.node === name).at(-1);
    const output = last?.counts?.findIndex((count) => count > 0) ?? -1;
    if (!last || output < 0) return say(`${name} gave nothing there`);
    const page = await readItems({ execution, node: name, run: last.run, output }, 0, TAKEN, true);
    if (!page.kept) return say("What it gave there is not kept any more");
    take(redacted(page.items, people));
    close();
  };
  return (
    <Modal opened onClose={close} title={`Executions in which ${name} ran`} size="md" centered>
      <Switch
        size="xs"
        mb="sm"
        label="Hide what is of people"
        description="Names, addresses, numbers and the like. Passwords, tokens and other secrets are always left out."
        checked={people}
        onChange={(event) => setPeople(event.currentTarget.checked)}
      />
      {rows === null && <Loader size="xs" />}
      {rows?.length === 0 && <div className="dim">It has not run yet.</div>}
      {rows?.map((row) => (
        <Button key={row.id} variant="subtle" color="gray" fullWidth justify="flex-start" size="compact-md" onClick={() => void choose(row.id).catch(fail)}>
          <span className="capture-row">
            <Status of={row.status} /> {ago(row.startedAt)} <span className="dim">{row.mode}</span>
          </span>
        </Button>
      ))}
    </Modal>
  );
}
