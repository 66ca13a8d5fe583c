/** In doubt: effects that were begun before a crash and may have happened; somebody looks, and says what came of them. */
import { Button, Loader, Modal, Table, Textarea } from "@mantine/core";
import { useCallback, useState } from "react";
import { call, reason } from "../api/client";
import { WorkflowSelect } from "../executions/WorkflowSelect";
import { useNames } from "../executions/names";
import type { DoubtSummary } from "../gen/api";
import { Icon } from "../shell/icons";
import { fail, say } from "../shell/notices";
import { go, href } from "../shell/route";
import { Older, Trouble, usePages } from "../shell/rows";
import { ago, moment } from "../shell/words";

const PAGE = 50;

export default function InDoubtPage({ workflow }: { workflow?: string }) {
  const [looked, setLooked] = useState<DoubtSummary | null>(null);
  const names = useNames();
  const { rows, failed, more, next, refresh, drop } = useDoubts(workflow);
  return (
    <div className="page">
      <div className="page-head">
        <h1>In doubt</h1>
        <WorkflowSelect names={names} value={workflow} choose={(chosen) => go({ page: "inDoubt", workflow: chosen })} />
        <div className="bar-gap" />
        <Button size="xs" variant="default" leftSection={<Icon name="refresh" size={14} />} onClick={refresh}>
          Look again
        </Button>
      </div>
      <Trouble of={failed} />
      {!failed && rows === null && <Loader size="sm" aria-label="Looking" />}
      {rows?.length === 0 && <div className="page-note">Nothing is in doubt: of every effect it is known whether it happened.</div>}
      {rows && rows.length > 0 && <Rows rows={rows} names={names} look={setLooked} />}
      <Older more={more} next={next} />
      {looked && <Settling doubt={looked} close={() => setLooked(null)} settled={() => drop(looked.id)} />}
    </div>
  );
}

function Rows({ rows, names, look }: { rows: readonly DoubtSummary[]; names: ReadonlyMap<string, string>; look(row: DoubtSummary): void }) {
  return (
    <Table highlightOnHover verticalSpacing={5} className="rows">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Since</Table.Th>
          <Table.Th>Workflow</Table.Th>
          <Table.Th>Node</Table.Th>
          <Table.Th>Execution</Table.Th>
          <Table.Th>Why</Table.Th>
          <Table.Th w={90} aria-label="Settle" />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.id}>
            <Table.Td title={moment(row.at)}>{ago(row.at)}</Table.Td>
            <Table.Td>{names.get(row.workflow) ?? row.workflow}</Table.Td>
            <Table.Td title={`run ${row.run + 1}, attempt ${row.attempt + 1}`}>{row.node}</Table.Td>
            <Table.Td>
              <a href={href({ page: "execution", workflow: row.workflow, execution: row.execution })}>…{row.execution.slice(-8)}</a>
            </Table.Td>
            <Table.Td className="row-error" title={row.reason}>
              {row.reason}
            </Table.Td>
            <Table.Td>
              <Button size="compact-xs" variant="default" aria-label={`Settle ${row.node} of ${row.execution}`} onClick={() => look(row)}>
                Settle
              </Button>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Settling({ doubt, close, settled }: { doubt: DoubtSummary; close(): void; settled(): void }) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const wrong = text.trim() ? misread(text) : null;
  const settle = async (happened: boolean) => {
    setBusy(true);
    try {
      const value = happened && text.trim() ? (JSON.parse(text) as unknown) : undefined;
      await call("POST /api/v1/in-doubt/{doubt}/settle", { path: { doubt: doubt.id }, body: { happened, value } });
      say(happened ? "Settled: its execution goes on after it" : "Settled: it is made now", "good");
      settled();
      close();
    } catch (error) {
      fail(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={close} title={`Did “${doubt.node}” happen?`} size="md" centered>
      <p>
        It was begun {moment(doubt.at)}, and nobody knows how it ended. Look where it would have had its effect, then say so.
      </p>
      <p className="row-error">{doubt.reason}</p>
      <Textarea
        label="What it would have given"
        description="One item as JSON, if it happened; else its input goes on."
        autosize
        minRows={2}
        maxRows={10}
        value={text}
        error={wrong}
        data-autofocus
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div className="modal-foot">
        <Button variant="default" size="xs" onClick={close}>
          Not now
        </Button>
        <Button variant="default" size="xs" loading={busy} onClick={() => void settle(false)}>
          It did not: make it now
        </Button>
        <Button size="xs" loading={busy} disabled={wrong !== null} onClick={() => void settle(true)}>
          It happened
        </Button>
      </div>
    </Modal>
  );
}

function misread(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return `This is no JSON: ${reason(error)}`;
  }
}

function useDoubts(workflow: string | undefined) {
  const [failed, setFailed] = useState<string | null>(null);
  const read = useCallback(
    async (cursor?: string) => {
      const page = await call("GET /api/v1/in-doubt", { query: { workflow, cursor, limit: PAGE } });
      setFailed(null);
      return page;
    },
    [workflow],
  );
  const failing = useCallback((error: unknown) => setFailed(reason(error)), []);
  const { rows, setRows, more, next, refresh } = usePages<DoubtSummary>(read, failing);
  // The history says so a moment later; the row is settled now.
  const drop = (id: string) => setRows((before) => before?.filter((row) => row.id !== id) ?? null);
  return { rows: failed ? null : rows, failed, more: more && !failed, next, refresh, drop };
}
