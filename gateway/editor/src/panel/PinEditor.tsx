/** Editing pinned data: the items of a node as JSON. */
import { Button, Modal } from "@mantine/core";
import { Suspense, lazy, useState } from "react";
import { plural } from "../shell/words";
import { MOST_PINNED, pinHere } from "./PinTools";
import type { Item } from "./data";

const CodeField = lazy(() => import("./CodeField"));

interface Props {
  name: string;
  items: readonly Item[];
  close(): void;
}

export function PinEditor({ name, items, close }: Props) {
  const [text, setText] = useState(() => JSON.stringify(items.map((item) => (item.binary ? item : (item.json ?? {}))), null, 2));
  const { read, problem } = reading(text);
  const keep = () => {
    pinHere(name, read!);
    close();
  };
  return (
    <Modal opened onClose={close} title={`Data of ${name}`} size="lg" centered>
      <p className="dim">Runs by hand take this in place of running the node; triggers in production do not.</p>
      <Suspense fallback={<div className="code-wait" />}>
        <CodeField label="Items as JSON" media="application/json" value={text} fixed={false} change={setText} />
      </Suspense>
      <div className="modal-foot">
        <span className={problem ? "field-problem" : "dim"} role="status">
          {problem ?? plural(read!.length, "item")}
        </span>
        <div className="bar-gap" />
        <Button variant="default" size="xs" onClick={close}>
          Cancel
        </Button>
        <Button size="xs" disabled={!read} onClick={keep}>
          Pin
        </Button>
      </div>
    </Modal>
  );
}

function reading(text: string): { read: Item[] | null; problem: string | null } {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    return { read: null, problem: error instanceof Error ? error.message : "this is no JSON" };
  }
  const list = Array.isArray(given) ? (given as unknown[]) : [given];
  if (list.some((each) => !each || typeof each !== "object" || Array.isArray(each))) return { read: null, problem: "every item is an object" };
  if (list.length > MOST_PINNED) return { read: null, problem: `at most ${MOST_PINNED.toLocaleString()} items can be pinned` };
  const items = (list as Item[]).map((each) => ("json" in each && typeof each.json === "object" ? each : { json: each as Item["json"] }));
  return { read: items, problem: null };
}
