/** Pinning: keeps what a node gave, or what it should give, in place of running it by hand. */
import { ActionIcon, Menu } from "@mantine/core";
import { useState } from "react";
import { specOf, useNodeTypes } from "../api/nodeTypes";
import type { NodeJson } from "../canvas/document";
import { useDraft } from "../canvas/draft";
import { Icon } from "../shell/icons";
import { fail, say } from "../shell/notices";
import { Capture } from "./Capture";
import { PinEditor } from "./PinEditor";
import type { Item, Stream } from "./data";
import { readItems } from "./pages";
import { pin } from "./pins";
import { exampleOf, samples } from "./sample";

export const MOST_PINNED = 1_000;
const SAMPLES = 3;

/** Pins items on a node of the draft; null takes them away. */
export function pinHere(name: string, items: readonly Item[] | null): void {
  useDraft.getState().change((doc) => pin(doc, name, items));
}

/** Reads all items of a stream, with their files. */
export async function allOf(stream: Stream): Promise<Item[]> {
  if (stream.items) return stream.items;
  if (!stream.place) return [];
  return (await readItems(stream.place, 0, MOST_PINNED, true)).items;
}

export function PinTools({ node, stream }: { node: NodeJson; stream: Stream | undefined }) {
  const fixed = useDraft((state) => state.fixed);
  const spec = useNodeTypes((state) => specOf(state.types, node));
  const [edited, setEdited] = useState<Item[] | null>(null);
  const [capturing, setCapturing] = useState(false);
  if (fixed) return null;
  const total = stream?.total ?? 0;
  const keep = async () => {
    if (total > MOST_PINNED) return say(`At most ${MOST_PINNED.toLocaleString()} items can be pinned`, "bad", "edit a part of them, or limit what the node gives");
    pinHere(node.name, await allOf(stream!));
  };
  const edit = async () => setEdited(total ? (await allOf(stream!)).slice(0, MOST_PINNED) : [{ json: {} }]);
  const make = async () => {
    const known = total ? await allOf(stream!) : exampleOf(spec);
    if (known.length === 0) return say("No fields are known yet", "info", "run the node once, or write its items by hand");
    setEdited(samples(known, SAMPLES));
  };
  return (
    <>
      {stream?.pinned ? (
        <ActionIcon variant="light" size={24} aria-label="Unpin" title="Unpin: it runs again" onClick={() => pinHere(node.name, null)}>
          <Icon name="pin" size={14} />
        </ActionIcon>
      ) : (
        <ActionIcon variant="subtle" color="gray" size={24} aria-label="Pin this data" title="Pin this data: the node does not run by hand" disabled={!total} onClick={() => void keep().catch(fail)}>
          <Icon name="pin" size={14} />
        </ActionIcon>
      )}
      <Menu position="bottom-start" shadow="md">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size={24} aria-label="Data of your own">
            <Icon name="dots" size={14} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => void edit().catch(fail)}>Edit the data…</Menu.Item>
          <Menu.Item onClick={() => void make().catch(fail)}>Make up data with these fields…</Menu.Item>
          <Menu.Item onClick={() => setCapturing(true)}>Take it from an execution…</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {edited && <PinEditor name={node.name} items={edited} close={() => setEdited(null)} />}
      {capturing && <Capture name={node.name} close={() => setCapturing(false)} take={setEdited} />}
    </>
  );
}
