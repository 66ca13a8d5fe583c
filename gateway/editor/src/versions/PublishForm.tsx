/** The dialog before something goes live, wherever that is asked for: what changes, what stands against it, and a word on why. */
import { Button, Loader, Modal, Textarea } from "@mantine/core";
import { useEffect, useState } from "react";
import { call } from "../api/client";
import { normal } from "../canvas/document";
import type { ErrorInfo, WorkflowDetail } from "../gen/api";
import { fail, say } from "../shell/notices";
import { href } from "../shell/route";
import { type Comparison, compare, summary } from "./compare";
import { publish } from "./store";
import "./versions.css";

const LONGEST = 500;

export interface Prospect {
  workflow: string;
  version: string;
  obstacles: ErrorInfo[];
  problems: ErrorInfo[];
  /** What it is compared with: what is published, or was last. */
  against: string | null;
  change: Comparison | null;
}

interface Props {
  title: string;
  /** The version that is compared with runs at present. */
  live: boolean;
  /** Reads how things stand; null where there is nothing to ask. */
  foresee(): Promise<Prospect | null>;
  close(): void;
  published(detail: WorkflowDetail): void;
  /** Goes to a node that a problem names. */
  jump(node: string): void;
}

export function PublishForm({ title, live, foresee, close, published, jump }: Props) {
  const [prospect, setProspect] = useState<Prospect | null>(null);
  const [message, setMessage] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    foresee().then(
      (found) => (found ? setProspect(found) : close()),
      (error: unknown) => (fail(error), close()),
    );
    // What is published is asked once, when the dialog opens.
  }, []);
  const go = async () => {
    if (!prospect) return;
    setBusy(true);
    try {
      const done = await publish(prospect.workflow, prospect.version, message);
      if (Array.isArray(done)) return setProspect({ ...prospect, obstacles: done });
      close();
      say("Published: its triggers start this version", "good");
      published(done);
    } catch (error) {
      fail(error);
    } finally {
      setBusy(false);
    }
  };
  const stands = prospect !== null && prospect.obstacles.length > 0;
  return (
    <Modal opened onClose={close} title={title} size="md" centered>
      {prospect === null ? <Loader size="sm" aria-label="Looking at what would go live" /> : <Outlook {...{ prospect, live, close, jump }} />}
      <Textarea
        label="Why"
        description="Shown in the list of versions."
        mt="sm"
        autosize
        minRows={2}
        maxLength={LONGEST}
        data-autofocus
        value={message}
        onChange={(event) => setMessage(event.currentTarget.value)}
      />
      <div className="modal-foot">
        <Button variant="default" size="xs" onClick={close}>
          Cancel
        </Button>
        <Button size="xs" disabled={!prospect || stands} loading={busy} onClick={() => void go()}>
          Publish
        </Button>
      </div>
    </Modal>
  );
}

/** Reads what publishing a version would change, and what stands against it. */
export async function prospectOf(workflow: string, version: string, against: string | null): Promise<Prospect> {
  const read = (name: string) => call("GET /api/v1/workflows/{workflow}/versions/{version}", { path: { workflow, version: name } });
  const [found, before] = await Promise.all([read(version), against ? read(against) : null]);
  const change = before ? compare(normal(before.workflow), normal(found.workflow)) : null;
  return { workflow, version, obstacles: found.obstacles ?? [], problems: found.problems, against, change };
}

function Outlook({ prospect, live, close, jump }: Pick<Props, "live" | "close" | "jump"> & { prospect: Prospect }) {
  const { obstacles, problems, change, version, workflow, against } = prospect;
  const others = problems.filter((problem) => !obstacles.some((each) => each.message === problem.message && each.node === problem.node));
  return (
    <>
      {change ? (
        <p className="publish-change">
          Against what {live ? "runs now" : "was published last"}: <b>{summary(change)}</b>.{" "}
          {against && against !== version && (
            <a href={href({ page: "compare", workflow, from: against, to: version })} onClick={close}>
              Compare
            </a>
          )}
        </p>
      ) : (
        <p className="publish-change">Nothing is published yet: its triggers begin to listen.</p>
      )}
      <Listed title="Has to be mended first" problems={obstacles} jump={jump} bad />
      <Listed title="Worth a look" problems={others} jump={jump} />
    </>
  );
}

function Listed({ title, problems, jump, bad }: { title: string; problems: ErrorInfo[]; bad?: boolean } & Pick<Props, "jump">) {
  if (problems.length === 0) return null;
  return (
    <section className={bad ? "obstacles" : "remarks"} aria-label={title}>
      <h3>{title}</h3>
      {problems.map((problem, at) => (
        <button key={at} type="button" className="problem" onClick={() => problem.node && jump(problem.node)}>
          <b>{problem.node ?? "Workflow"}</b> {problem.message}
          {problem.hint && <span className="dim"> {problem.hint}</span>}
        </button>
      ))}
    </section>
  );
}
