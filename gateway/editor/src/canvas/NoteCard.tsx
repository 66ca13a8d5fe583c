/** A sticky note: Markdown on the canvas, behind the nodes; written in place, coloured, resized. */
import { type NodeProps, NodeResizer } from "@xyflow/react";
import { memo } from "react";
import { patchNode } from "./document";
import { useDraft } from "./draft";
import type { CardNode } from "./graph";
import { Markdown } from "./Markdown";
import { useMarks } from "./marks";
import { useSelection } from "./selection";

const COLOURS = ["Yellow", "Orange", "Red", "Green", "Blue", "Violet", "Grey"];
const SMALLEST = { minWidth: 120, minHeight: 60 };

export const NoteCard = memo(function NoteCard({ data, selected }: NodeProps<CardNode>) {
  const { node } = data;
  const fixed = useDraft((state) => state.fixed);
  const writing = useSelection((state) => state.writing === node.id);
  const mark = useMarks((all) => all.nodes.get(node.id));
  const colour = Number(node.parameters.color) || 1;
  const names = ["note", `note-${colour}`, selected && "selected", mark && `differs-${mark}`].filter(Boolean);
  return (
    <>
      {selected && !fixed && (
        <NodeResizer
          {...SMALLEST}
          onResize={(_, { x, y, width, height }) => {
            const position: [number, number] = [Math.round(x), Math.round(y)];
            set(node.id, { width: Math.round(width), height: Math.round(height) }, `size ${node.id}`, position);
          }}
        />
      )}
      <div className={names.join(" ")} data-node={node.name}>
        {writing ? <Writing id={node.id} text={String(node.parameters.content ?? "")} /> : <Markdown text={String(node.parameters.content ?? "")} />}
        {mark && <span className="card-mark">{mark}</span>}
      </div>
      {selected && !fixed && !writing && <Colours id={node.id} colour={colour} />}
    </>
  );
});

function Colours({ id, colour }: { id: string; colour: number }) {
  return (
    <div className="note-colours nodrag" role="group" aria-label="Colour of the note">
      {COLOURS.map((name, at) => (
        <button key={name} type="button" className={`note-${at + 1}`} aria-label={name} aria-pressed={colour === at + 1} onClick={() => set(id, { color: at + 1 })} />
      ))}
      <button type="button" className="note-write" onClick={() => useSelection.getState().write(id)}>
        Edit
      </button>
    </div>
  );
}

function Writing({ id, text }: { id: string; text: string }) {
  const end = () => useSelection.getState().write(null);
  return (
    <textarea
      className="note-text nodrag nowheel"
      aria-label="Text of the note"
      placeholder="Markdown: # heading, - list, **bold**"
      autoFocus
      value={text}
      onChange={(event) => set(id, { content: event.target.value }, `note ${id}`)}
      onBlur={end}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key !== "Escape") return;
        event.currentTarget.blur();
        document.querySelector<HTMLElement>(".canvas")?.focus({ preventScroll: true });
      }}
    />
  );
}

function set(id: string, parameters: Record<string, unknown>, key?: string, position?: [number, number]): void {
  const { change } = useDraft.getState();
  change((doc) => {
    const node = doc.nodes.find((each) => each.id === id);
    if (!node) return doc;
    return patchNode(doc, id, { parameters: { ...node.parameters, ...parameters }, position: position ?? node.position });
  }, key);
}
