/** Before the open workflow's draft, or one of its versions, goes live; and before its triggers stop. */
import { Button, Modal } from "@mantine/core";
import { jumpTo, save } from "../canvas/commands";
import { byName } from "../canvas/document";
import { changed, useDraft } from "../canvas/draft";
import type { WorkflowDetail } from "../gen/api";
import { fail, say } from "../shell/notices";
import { type Prospect, PublishForm, prospectOf } from "./PublishForm";
import { useVersions } from "./store";

export function PublishDialog() {
  const asked = useVersions((state) => state.asked);
  if (asked?.kind === "publish") return <Publishing key={asked.version} version={asked.version} />;
  if (asked?.kind === "unpublish") return <Stopping />;
  return null;
}

const close = () => useVersions.getState().ask(null);

function Publishing({ version }: { version: string | null }) {
  const title = version ? "Publish this version" : "Publish the draft";
  return <PublishForm live title={title} foresee={() => foresee(version)} close={close} published={took} jump={jump} />;
}

function took(detail: WorkflowDetail): void {
  useDraft.getState().took(detail);
  void useVersions.getState().look(detail.id).catch(fail);
}

function jump(name: string): void {
  const node = byName(useDraft.getState().doc!, name);
  if (!node) return;
  close();
  jumpTo(node.id);
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
  return workflow && wanted ? prospectOf(workflow, wanted, published) : null;
}
