/** Dead letters: what could not be carried out, why, and driving it again, changed where that helps. */
import { Button, Loader, Table, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useCallback, useState } from "react";
import { call } from "../api/client";
import { WorkflowSelect } from "../executions/WorkflowSelect";
import { useNames } from "../executions/names";
import type { LetterSummary } from "../gen/api";
import { Icon } from "../shell/icons";
import { fail, say } from "../shell/notices";
import { go } from "../shell/route";
import { Older, usePages } from "../shell/rows";
import { ago, moment, plural } from "../shell/words";
import { Letter } from "./Letter";

const PAGE = 50;

export default function DeadLettersPage({ workflow }: { workflow?: string }) {
  const [reason, setReason] = useState("");
  const [settled] = useDebouncedValue(reason.trim(), 250);
  const [open, setOpen] = useState<string | null>(null);
  const names = useNames();
  const { rows, more, next, refresh } = useLetters(workflow, settled);
  const all = async () => {
    try {
      const filter = { workflow: workflow ?? null, reason: settled || null };
      const done = await call("POST /api/v1/dead-letters/redrive", { body: { filter } });
      say(`${plural(done.redriven, "letter")} driven again, ${done.skipped} passed over`, "good");
      refresh();
    } catch (error) {
      fail(error);
    }
  };
  return (
    <div className="page">
      <div className="page-head">
        <h1>Dead letters</h1>
        <WorkflowSelect names={names} value={workflow} choose={(chosen) => go({ page: "deadLetters", workflow: chosen })} />
        <TextInput
          type="search"
          aria-label="Reason"
          placeholder="Reason"
          size="xs"
          w={200}
          leftSection={<Icon name="search" size={14} />}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <div className="bar-gap" />
        <Button size="xs" variant="default" leftSection={<Icon name="redo" size={14} />} disabled={!rows?.length} onClick={() => void all()}>
          Drive all of these again
        </Button>
      </div>
      {rows === null && <Loader size="sm" />}
      {rows?.length === 0 && <div className="page-note">There is no dead letter: everything was carried out.</div>}
      {rows && rows.length > 0 && <Rows rows={rows} names={names} open={setOpen} />}
      <Older more={more} next={next} />
      <Letter id={open} close={() => setOpen(null)} driven={refresh} />
    </div>
  );
}

function Rows({ rows, names, open }: { rows: readonly LetterSummary[]; names: ReadonlyMap<string, string>; open(id: string): void }) {
  return (
    <Table highlightOnHover verticalSpacing={5} className="rows">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>When</Table.Th>
          <Table.Th>Workflow</Table.Th>
          <Table.Th>Node</Table.Th>
          <Table.Th>From</Table.Th>
          <Table.Th>Reason</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.id} className="row-link" onClick={() => open(row.id)}>
            <Table.Td title={moment(row.at)}>
              <button type="button" className="row-button">
                {ago(row.at)}
              </button>
            </Table.Td>
            <Table.Td>{row.workflow ? (names.get(row.workflow) ?? row.workflow) : "–"}</Table.Td>
            <Table.Td>{row.node ?? "–"}</Table.Td>
            <Table.Td className="dim">{`${row.topic} ${row.partition}:${row.offset}`}</Table.Td>
            <Table.Td className="row-error" title={row.reason}>
              {row.reason}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function useLetters(workflow: string | undefined, reason: string) {
  const read = useCallback(
    (cursor?: string) => call("GET /api/v1/dead-letters", { query: { workflow, reason, cursor, limit: PAGE } }),
    [workflow, reason],
  );
  return usePages<LetterSummary>(read, fail);
}
