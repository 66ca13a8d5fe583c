/** The live tail: a bar with the latest executions, and on the canvas what each node did since it was opened. */
import { ActionIcon, Button, TextInput, Tooltip } from "@mantine/core";
import { ViewportPortal } from "@xyflow/react";
import { useEffect } from "react";
import { useDraft } from "../canvas/draft";
import { Status } from "../executions/Status";
import { Icon } from "../shell/icons";
import { href } from "../shell/route";
import { duration } from "../shell/words";
import { type LiveEvent, useLive } from "./live";
import "./live.css";
import { count as written } from "../shell/formats";

const SHOWN = 30;

/** Opens and closes the live tail of the open workflow. */
export function LiveButton() {
  const active = useDraft((state) => state.active);
  const open = useLive((state) => state.workflow !== null);
  const workflow = useDraft((state) => state.workflow);
  if (!workflow || (!active && !open)) return null;
  return (
    <Button
      size="compact-md"
      variant="default"
      leftSection={<Icon name="pulse" size={15} />}
      aria-pressed={open}
      onClick={() => (open ? useLive.getState().stop() : useLive.getState().start(workflow))}
    >
      Live
    </Button>
  );
}

export function LiveBar() {
  const { workflow, paused, filter, ended, recent, problem, pause, narrow, stop } = useLive();
  const here = useDraft((state) => state.workflow);
  useEffect(() => () => useLive.getState().stop(), [here]);
  if (workflow === null) return null;
  const wanted = filter.trim().toLowerCase();
  const rows = recent.filter((event) => !wanted || words(event).includes(wanted)).slice(0, SHOWN);
  return (
    <section className="live" aria-label="Live">
      <div className="live-head">
        <b>Live</b>
        <span className="dim">
          {written(ended.success)} succeeded, {written(ended.error)} failed since you look
        </span>
        <div className="bar-gap" />
        <Tooltip label={paused ? "Go on" : "Hold the list; counts go on"}>
          <ActionIcon variant="subtle" color="gray" aria-label={paused ? "Go on" : "Pause"} aria-pressed={paused} onClick={() => pause(!paused)}>
            <Icon name={paused ? "play" : "pause"} />
          </ActionIcon>
        </Tooltip>
        <ActionIcon variant="subtle" color="gray" aria-label="Close the live view" onClick={stop}>
          <Icon name="x" />
        </ActionIcon>
      </div>
      <TextInput
        size="xs"
        aria-label="Filter what is live"
        placeholder="Status, node, error or id"
        value={filter}
        onChange={(event) => narrow(event.currentTarget.value)}
      />
      {problem && <p className="row-error">{problem}</p>}
      <ul className="live-list" tabIndex={0} aria-label="Latest executions">
        {rows.map((event) => (
          <li key={event.execution}>
            <a href={href({ page: "execution", workflow: event.workflow, execution: event.execution })}>
              <Status of={event.status as "success"} />
              <span>{duration(event.at - (event.started ?? event.at))}</span>
              <span className="row-error">{event.error?.message}</span>
            </a>
          </li>
        ))}
        {rows.length === 0 && <li className="dim">Nothing yet.</li>}
      </ul>
    </section>
  );
}

/** What each node did, above it; a change makes it pulse. Stands inside React Flow. */
export function LiveCounts() {
  const nodes = useDraft((state) => state.doc?.nodes);
  const counts = useLive((state) => state.nodes);
  const open = useLive((state) => state.workflow !== null);
  if (!open || !nodes) return null;
  return (
    <ViewportPortal>
      {nodes.map((node) => {
        const count = counts.get(node.name);
        if (!count) return null;
        const mean = count.durationUs / count.runs / 1000;
        return (
          <div
            key={`${node.id} ${count.runs}`}
            className={count.failed ? "live-count live-count-bad" : "live-count"}
            style={{ transform: `translate(${node.position[0]}px, ${node.position[1] - 26}px)` }}
          >
            {written(count.runs)} runs{count.failed ? `, ${written(count.failed)} failed` : ""} · {duration(mean)}
          </div>
        );
      })}
    </ViewportPortal>
  );
}

function words(event: LiveEvent): string {
  return `${event.execution} ${event.status} ${event.node ?? ""} ${event.error?.message ?? ""}`.toLowerCase();
}
