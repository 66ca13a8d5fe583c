/** What can be done with a past execution: debug it, go on from a node, run it again from its record. */
import { Button, Menu, Modal } from "@mantine/core";
import { useState } from "react";
import { call } from "../api/client";
import type { ExecutionDetail, Replayed } from "../gen/api";
import { Icon } from "../shell/icons";
import { fail } from "../shell/notices";
import { plural } from "../shell/words";
import { useSelection } from "../canvas/selection";
import { useDraft } from "../canvas/draft";
import { byId } from "../canvas/document";
import { ForkDialog } from "./ForkDialog";
import { debug } from "./debug";

export function PastActions({ detail }: { detail: ExecutionDetail }) {
  const [forking, setForking] = useState(false);
  const [replayed, setReplayed] = useState<Replayed | null>(null);
  const [busy, setBusy] = useState(false);
  if (detail.status === "running" || detail.status === "waiting") return null;
  const replay = () => {
    setBusy(true);
    call("POST /api/v1/executions/{execution}/replay", { path: { execution: detail.id } })
      .then(setReplayed, fail)
      .finally(() => setBusy(false));
  };
  return (
    <>
      <Button size="compact-md" variant="default" leftSection={<Icon name="wheel" size={14} />} onClick={() => debug(detail.workflow, detail.id, detail.error?.node ?? null)}>
        Debug this
      </Button>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <Button size="compact-md" variant="default" loading={busy}>
            Again ▾
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setForking(true)}>Go on from a node…</Menu.Item>
          <Menu.Item onClick={replay}>Replay it and compare</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {forking && <ForkDialog detail={detail} node={startOf(detail)} close={() => setForking(false)} />}
      {replayed && <Comparison replayed={replayed} close={() => setReplayed(null)} />}
    </>
  );
}

/** The selected node, else the one that failed, else the last. */
function startOf(detail: ExecutionDetail): string {
  const { doc } = useDraft.getState();
  const [chosen] = useSelection.getState().nodes;
  const node = chosen && doc ? byId(doc, chosen)?.name : undefined;
  return node ?? detail.error?.node ?? detail.node ?? doc?.nodes[0]?.name ?? "";
}

function Comparison({ replayed, close }: { replayed: Replayed; close(): void }) {
  return (
    <Modal opened onClose={close} title="Replayed from its record" size="md" centered>
      <p role="status">
        {replayed.same
          ? `${plural(replayed.runs, "node run")} compared: the same.`
          : `${plural(replayed.differences.length, "difference")} in ${plural(replayed.runs, "node run")}.`}
      </p>
      {replayed.differences.map((each) => (
        <div key={`${each.node} ${each.run}`} className="dim">
          <b>{each.node}</b> run {each.run + 1}: {each.kind}
        </div>
      ))}
    </Modal>
  );
}
