/** The gallery of beginnings: an empty workflow, or an example that runs. */
import { Button, Modal } from "@mantine/core";
import { useEffect } from "react";
import type { Template } from "../gen/api";
import { Icon } from "../shell/icons";
import { fail } from "../shell/notices";
import { startTour } from "../tour/tour";
import { begin, useBeginnings } from "./beginning";
import "./beginnings.css";

/** The gallery where there is little else to see. */
export function Welcome({ empty }: { empty: boolean }) {
  return (
    <section className="welcome" aria-label="Beginnings">
      <div className="welcome-head">
        <h2>{empty ? "There is no workflow yet. Begin with one of these" : "Begin with an example"}</h2>
        <div className="bar-gap" />
        <Button size="xs" variant="light" leftSection={<Icon name="next" size={14} />} onClick={startTour}>
          Show me around
        </Button>
      </div>
      <Gallery />
    </section>
  );
}

/** The gallery over any page. */
export function BeginningsModal() {
  const open = useBeginnings((state) => state.open);
  return (
    <Modal opened={open} onClose={() => useBeginnings.setState({ open: false })} title="Begin with an example" size="xl" centered>
      {open && <Gallery />}
    </Modal>
  );
}

function Gallery() {
  const { templates, load } = useBeginnings();
  useEffect(() => void load().catch(fail), [load]);
  return (
    <ul className="beginnings">
      {(templates ?? []).map((template) => (
        <li key={template.id}>
          <Beginning template={template} />
        </li>
      ))}
    </ul>
  );
}

function Beginning({ template }: { template: Template }) {
  return (
    <button type="button" className="beginning" onClick={() => void begin(template)}>
      <b>{template.name}</b>
      <span className="dim">{template.description}</span>
      <span className="beginning-nodes">{template.nodeTypes.join(" → ")}</span>
    </button>
  );
}
