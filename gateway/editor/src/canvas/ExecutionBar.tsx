/** The bar above a past execution: how it went, and the way back. */
import { Button } from "@mantine/core";
import { PastActions } from "../executions/PastActions";
import { Status } from "../executions/Status";
import { useRun } from "../executions/run";
import { Icon } from "../shell/icons";
import { fail } from "../shell/notices";
import { href } from "../shell/route";
import { duration, moment } from "../shell/words";
import { byName } from "./document";
import { jumpTo } from "./commands";
import { useDraft } from "./draft";

export function ExecutionBar() {
  const detail = useRun((state) => state.detail);
  const name = useDraft((state) => state.doc?.name);
  if (!detail) return <header className="bar" />;
  const spent = detail.finishedAt ? duration(detail.finishedAt - detail.startedAt) : null;
  const jump = () => {
    const node = detail.error?.node && byName(useDraft.getState().doc!, detail.error.node);
    if (node) jumpTo(node.id);
  };
  return (
    <header className="bar">
      <a className="crumb" href={href({ page: "executions", workflow: detail.workflow })}>
        Executions
      </a>
      <span className="crumb-mark">/</span>
      <span className="bar-title">{name}</span>
      <Status of={detail.status} />
      <span className="dim">
        {moment(detail.startedAt)}
        {spent && ` · ${spent}`} · {detail.mode}
      </span>
      {detail.error && (
        <button type="button" className="bar-error" onClick={jump} title={detail.error.hint ?? undefined}>
          {detail.error.node ? `${detail.error.node}: ` : ""}
          {detail.error.message}
        </button>
      )}
      <div className="bar-gap" />
      {(detail.status === "running" || detail.status === "waiting") && (
        <Button size="compact-md" variant="default" c="var(--bad)" onClick={() => useRun.getState().stop().catch(fail)}>
          Stop
        </Button>
      )}
      <PastActions detail={detail} />
      <Button component="a" size="compact-md" variant="default" leftSection={<Icon name="back" size={14} />} href={href({ page: "editor", workflow: detail.workflow })}>
        Open the workflow
      </Button>
    </header>
  );
}
