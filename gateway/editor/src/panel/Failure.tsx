/** A failure: its cause, the way to the parameter that it names, every attempt, and what can be done now. */
import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { call } from "../api/client";
import { run } from "../canvas/commands";
import { useDraft } from "../canvas/draft";
import { ForkDialog } from "../executions/ForkDialog";
import { debug } from "../executions/debug";
import { useRun } from "../executions/run";
import type { Attempt, NodeRunDetail } from "../gen/api";
import { duration, moment } from "../shell/words";

export function Failure({ node, failed }: { node: string; failed: NodeRunDetail }) {
  const error = failed.error!;
  return (
    <section className="failure" aria-label="Why it failed">
      <b role="alert">{error.message}</b>
      {error.hint && <div>{error.hint}</div>}
      <div className="dim">
        {error.kind}
        {error.field && (
          <>
            {" · "}
            <button type="button" className="failure-field" onClick={() => show(error.field!)}>
              parameter {error.field}
            </button>
          </>
        )}
      </div>
      {error.detail != null && (
        <details>
          <summary>Detail</summary>
          <pre>{typeof error.detail === "string" ? error.detail : JSON.stringify(error.detail, null, 2)}</pre>
        </details>
      )}
      <Timeline failed={failed} />
      <Ways node={node} />
    </section>
  );
}

function Ways({ node }: { node: string }) {
  const fixed = useDraft((state) => state.fixed);
  const going = useRun((state) => state.going);
  const detail = useRun((state) => state.detail);
  const [forking, setForking] = useState(false);
  if (!fixed) {
    return (
      <div className="failure-ways">
        <Button size="compact-xs" variant="default" disabled={going} onClick={() => void run({ node })}>
          Fixed: go on from here
        </Button>
        <Button size="compact-xs" variant="default" disabled={going} onClick={() => void run({ node, destination: node })}>
          Try this node alone
        </Button>
      </div>
    );
  }
  if (!detail || going) return null;
  return (
    <div className="failure-ways">
      <Button size="compact-xs" variant="default" onClick={() => debug(detail.workflow, detail.id, node)}>
        Fix &amp; replay
      </Button>
      <Button size="compact-xs" variant="default" onClick={() => setForking(true)}>
        Go on with other data…
      </Button>
      {forking && <ForkDialog detail={detail} node={node} close={() => setForking(false)} />}
    </div>
  );
}

/** Every attempt in its order: when it was made, how it failed, how long the next was waited for. */
function Timeline({ failed }: { failed: NodeRunDetail }) {
  const execution = useRun((state) => state.execution);
  const [tries, setTries] = useState<Attempt[]>([]);
  useEffect(() => {
    if (!execution || !failed.attempt) return setTries([]);
    let dropped = false;
    const query = { node: failed.node, run: failed.run };
    call("GET /api/v1/executions/{execution}/attempts", { path: { execution }, query }).then(
      ({ data }) => dropped || setTries(data),
      () => undefined, // the failure itself is told all the same
    );
    return () => {
      dropped = true;
    };
  }, [execution, failed]);
  if (!failed.attempt) return null;
  const ended = failed.startedAt + (failed.durationUs ?? 0) / 1000;
  return (
    <ol className="attempts" aria-label="Attempts">
      {tries.map((each) => (
        <li key={each.attempt}>
          <time dateTime={new Date(each.at).toISOString()}>{moment(each.at)}</time> {each.error?.message ?? "failed"}
          <span className="dim"> · next after {duration(Math.max(each.due - each.at, 0))}</span>
        </li>
      ))}
      <li>
        <time dateTime={new Date(ended).toISOString()}>{moment(ended)}</time> {failed.error?.message}
        <span className="dim"> · attempt {failed.attempt + 1}, the last</span>
      </li>
    </ol>
  );
}

/** Brings the parameter into sight that an error names. */
function show(field: string): void {
  const places = [...document.querySelectorAll<HTMLElement>("[data-field]")];
  const found = places.find((each) => each.dataset.field === field) ?? places.find((each) => each.dataset.field?.startsWith(field.split(".")[0]!));
  found?.scrollIntoView({ block: "center" });
  found?.querySelector<HTMLElement>("input, textarea, [contenteditable=true]")?.focus();
}
