/** The toolbar: name, state and the few things that are done to a workflow as a whole. */
import { ActionIcon, Button, Menu, Popover, TextInput, Tooltip } from "@mantine/core";
import { useEffect, useState } from "react";
import { useListening } from "../executions/listening";
import { useRun } from "../executions/run";
import { useCommands } from "../shell/commands";
import { Icon, type IconName } from "../shell/icons";
import { fail } from "../shell/notices";
import { href } from "../shell/route";
import { shortType, useNodeTypes } from "../api/nodeTypes";
import { addHere, jumpTo, listen, run, save } from "./commands";
import { LiveButton } from "../live/LiveView";
import { Avatars } from "../together/Presence";
import { PublishControl } from "../versions/PublishControl";
import { byName } from "./document";
import { changed, useDraft } from "./draft";
import { arrange } from "./layout";
import { useSelection } from "./selection";
import { openWorkflowSettings } from "./WorkflowSettings";
import { fit } from "./viewport";

export function Toolbar() {
  return (
    <header className="bar">
      <Title />
      <Problems />
      <div className="bar-gap" />
      <Avatars />
      <Tools />
      <Saving />
      <PublishControl />
      <LiveButton />
      <Running />
    </header>
  );
}

function Title() {
  const name = useDraft((state) => state.doc?.name ?? "");
  const [text, setText] = useState(name);
  useEffect(() => setText(name), [name]);
  const keep = () => {
    const wanted = text.trim();
    if (wanted && wanted !== name) useDraft.getState().change((doc) => ({ ...doc, name: wanted }));
    else setText(name);
  };
  return (
    <>
      <a className="crumb" href={href({ page: "workflows" })}>
        Workflows
      </a>
      <span className="crumb-mark">/</span>
      <TextInput
        className="bar-name"
        variant="unstyled"
        aria-label="Name of the workflow"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={keep}
        onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
      />
    </>
  );
}

function Problems() {
  const problems = useDraft((state) => state.problems);
  const fresh = useDraft((state) => !changed(state));
  if (problems.length === 0 || !fresh) return null;
  const jump = (name: string | null | undefined) => {
    const node = name && byName(useDraft.getState().doc!, name);
    if (node) jumpTo(node.id);
  };
  return (
    <Popover width={380} position="bottom-start" withArrow shadow="md">
      <Popover.Target>
        <Button size="compact-sm" variant="light" color="orange" leftSection={<Icon name="warn" size={14} />}>
          {problems.length === 1 ? "1 problem" : `${problems.length} problems`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={6}>
        {problems.map((problem, at) => (
          <button key={at} type="button" className="problem" onClick={() => jump(problem.node)}>
            <b>{problem.node ?? "Workflow"}</b> {problem.message}
            {problem.hint && <span className="dim"> {problem.hint}</span>}
          </button>
        ))}
      </Popover.Dropdown>
    </Popover>
  );
}

function Tools() {
  const undos = useDraft((state) => state.past.length > 0);
  const redos = useDraft((state) => state.future.length > 0);
  const draft = useDraft.getState;
  return (
    <div className="bar-tools">
      <Tool icon="add" label="Add a node (Tab)" onClick={addHere} />
      <Tool icon="undo" label="Undo" disabled={!undos} onClick={() => draft().undo()} />
      <Tool icon="redo" label="Redo" disabled={!redos} onClick={() => draft().redo()} />
      <Tool icon="arrange" label="Arrange (Shift Alt T)" onClick={() => void arrange(useSelection.getState().nodes).then(() => fit())} />
      <Tool icon="fit" label="Fit (1)" onClick={() => fit()} />
      <Tool icon="settings" label="Workflow settings" onClick={openWorkflowSettings} />
      <Tool icon="search" label="Commands (Ctrl K)" onClick={() => useCommands.setState({ open: true })} />
    </div>
  );
}

function Tool({ icon, label, disabled, onClick }: { icon: IconName; label: string; disabled?: boolean; onClick(): void }) {
  return (
    <Tooltip label={label} openDelay={400}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} disabled={disabled} onClick={onClick}>
        <Icon name={icon} size={17} />
      </ActionIcon>
    </Tooltip>
  );
}

function Saving() {
  const dirty = useDraft(changed);
  const saving = useDraft((state) => state.saving);
  const conflict = useDraft((state) => state.conflict);
  const active = useDraft((state) => state.active);
  if (!conflict) {
    const tip = active ? "Saves the draft; what is published runs on until the next version is published" : "Ctrl S";
    return (
      <Tooltip label={tip} openDelay={400}>
        <Button size="compact-md" variant="default" disabled={!dirty} loading={saving} onClick={() => void save()}>
          {dirty ? "Save" : "Saved"}
        </Button>
      </Tooltip>
    );
  }
  return (
    <Menu shadow="md" withArrow>
      <Menu.Target>
        <Button size="compact-md" color="orange" leftSection={<Icon name="warn" size={14} />}>
          Changed elsewhere
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Somebody saved this workflow after you opened it.</Menu.Label>
        <Menu.Item onClick={() => void useDraft.getState().reload()}>Take theirs, drop mine</Menu.Item>
        <Menu.Item onClick={() => void save(true)}>Save mine over theirs</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Running() {
  const going = useRun((state) => state.going);
  const listening = useListening((state) => state.open);
  const hook = useHasWebhook();
  if (going && !listening) {
    return (
      <Button size="compact-md" variant="default" c="var(--bad)" leftSection={<Icon name="stop" size={14} />} onClick={() => useRun.getState().stop().catch(fail)}>
        Stop
      </Button>
    );
  }
  return (
    <>
      {hook && !listening && (
        <Button size="compact-md" variant="default" leftSection={<Icon name="ear" size={15} />} onClick={() => void listen()}>
          Listen
        </Button>
      )}
      <Tooltip label="Ctrl Enter" openDelay={400}>
        <Button size="compact-md" leftSection={<Icon name="play" size={14} />} onClick={() => void run()}>
          Run
        </Button>
      </Tooltip>
    </>
  );
}

function useHasWebhook(): boolean {
  const doc = useDraft((state) => state.doc);
  const types = useNodeTypes((state) => state.types);
  return doc?.nodes.some((node) => !node.disabled && types.get(shortType(node.type))?.trigger === "webhook") ?? false;
}
