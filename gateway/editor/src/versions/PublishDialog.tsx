/** Before something goes live: what changes, what stands against it, and a word on why. */
import { Button, Loader, Modal, Textarea } from "@mantine/core";
import { useEffect, useState } from "react";
import { call } from "../api/client";
import { jumpTo, save } from "../canvas/commands";
import { byName, normal } from "../canvas/document";
import { changed, useDraft } from "../canvas/draft";
import type { ErrorInfo } from "../gen/api";
import { fail, say } from "../shell/notices";
import { href } from "../shell/route";
import { type Comparison, compare, summary } from "./compare";
import { publish, useVersions } from "./store";

const LONGEST = 500;

interface Prospect {
  version: string;
  obstacles: ErrorInfo[];
  problems: ErrorInfo[];
  /** Against what is published; null where nothing is. */
  change: Comparison | null;
}

export function PublishDialog() {
  const asked = useVersions((state) => state.asked);
  if (asked?.kind === "publish") return <Publishing version={asked.version} />;
  if (asked?.kind === "unpublish") return <Stopping />;
  return null;
}

const close = () => useVersions.getState().ask(null);

function Publishing({ version }: { version: string | null }) {
  const [prospect, setProspect] = useState<Prospect | null>(null);
  const [message, setMessage] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    foresee(version).then(
      (found) => (found ? setProspect(found) : close()),
      (error: unknown) => (fail(error), close()),
    );
  }, [version]);
  const go = async () => {
    const { workflow } = useDraft.getState();
    if (!prospect || !workflow) return;
    setBusy(true);
    try {
      const against = await publish(workflow, prospect.version, message);
      if (against.length) return setProspect({ ...prospect, obstacles: against });
      close();
      say("Published: its triggers start this version", "good");
      void useVersions.getState().look(workflow).catch(fail);
    } catch (error) {
      fail(error);
    } finally {
      setBusy(false);
    }
  };
  const stands = prospect !== null && prospect.obstacles.length > 0;
  return (
    <Modal opened onClose={close} title={version ? "Publish this version" : "Publish the draft"} size="md" centered>
      {prospect === null ? <Loader size="sm" aria-label="Looking at what would go live" /> : <Outlook prospect={prospect} />}
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

function Outlook({ prospect }: { prospect: Prospect }) {
  const { workflow, published } = useDraft();
  const { obstacles, problems, change, version } = prospect;
  const others = problems.filter((problem) => !obstacles.some((each) => each.message === problem.message && each.node === problem.node));
  return (
    <>
      {change ? (
        <p className="publish-change">
          Against what runs now: <b>{summary(change)}</b>.{" "}
          {published && workflow && published !== version && (
            <a href={href({ page: "compare", workflow, from: published, to: version })} onClick={close}>
              Compare
            </a>
          )}
        </p>
      ) : (
        <p className="publish-change">Nothing is published yet: its triggers begin to listen.</p>
      )}
      <Listed title="Has to be mended first" problems={obstacles} bad />
      <Listed title="Worth a look" problems={others} />
    </>
  );
}

function Listed({ title, problems, bad }: { title: string; problems: ErrorInfo[]; bad?: boolean }) {
  if (problems.length === 0) return null;
  const jump = (name: string | null | undefined) => {
    const node = name && byName(useDraft.getState().doc!, name);
    if (!node) return;
    close();
    jumpTo(node.id);
  };
  return (
    <section className={bad ? "obstacles" : "remarks"} aria-label={title}>
      <h3>{title}</h3>
      {problems.map((problem, at) => (
        <button key={at} type="button" className="problem" onClick={() => jump(problem.node)}>
          <b>{problem.node ?? "Workflow"}</b> {problem.message}
          {problem.hint && <span className="dim"> {problem.hint}</span>}
        </button>
      ))}
    </section>
  );
}

function Stopping() {
  const stop = () => {
    useDraft
      .getState()
      .activate(false)
      .then(() => (close(), say("Stopped: nothing starts it any more", "good")), fail);
  };
  return (
    <Modal opened onClose={close} title="Stop its triggers?" size="sm" centered>
      <p>Webhooks of this workflow answer 404 and its schedules fire no more. What is under way goes on; every version stays.</p>
      <div className="modal-foot">
        <Button variant="default" size="xs" data-autofocus onClick={close}>
          Cancel
        </Button>
        <Button size="xs" color="red" onClick={stop}>
          Stop
        </Button>
      </div>
    </Modal>
  );
}

/** Saves the draft where it is the one to publish, and reads how things stand; null where it could not be saved. */
async function foresee(version: string | null): Promise<Prospect | null> {
  if (version === null && changed(useDraft.getState()) && !(await save())) return null;
  const { workflow, version: draft, published } = useDraft.getState();
  const wanted = version ?? draft;
  if (!workflow || !wanted) return null;
  const read = (name: string) => call("GET /api/v1/workflows/{workflow}/versions/{version}", { path: { workflow, version: name } });
  const [found, live] = await Promise.all([read(wanted), published ? read(published) : null]);
  const change = live ? compare(normal(live.workflow), normal(found.workflow)) : null;
  return { version: wanted, obstacles: found.obstacles ?? [], problems: found.problems, change };
}
