/** A group on the canvas: a frame with a name around its nodes, or one card in their place. */
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo, useState } from "react";
import { Icon } from "../shell/icons";
import { plural } from "../shell/words";
import { useDraft } from "./draft";
import type { GroupNode } from "./graph";
import { changeGroup } from "./groups";

export const GroupCard = memo(function GroupCard({ data, selected }: NodeProps<GroupNode>) {
  const { group, count, failed } = data;
  const folded = group.folded === true;
  const names = ["group", folded ? "group-folded" : "group-open", selected && "selected", failed && "run-error"].filter(Boolean);
  return (
    <div className={names.join(" ")} data-group={group.name}>
      <div className="group-head">
        <Fold id={group.id} name={group.name} folded={folded} />
        <GroupName id={group.id} name={group.name} />
        {folded && <span className="dim small">{plural(count, "node")}</span>}
      </div>
      {folded && (
        <>
          <Handle id="in-0" type="target" position={Position.Left} isConnectable={false} />
          <Handle id="out-0" type="source" position={Position.Right} isConnectable={false} />
        </>
      )}
    </div>
  );
});

function Fold({ id, name, folded }: { id: string; name: string; folded: boolean }) {
  const fixed = useDraft((state) => state.fixed);
  const fold = () => useDraft.getState().change((doc) => changeGroup(doc, id, { folded: !folded }));
  return (
    <button type="button" className="group-fold nodrag" disabled={fixed} aria-expanded={!folded} aria-label={`${folded ? "Unfold" : "Fold"} ${name}`} onClick={fold}>
      <Icon name={folded ? "expand" : "minus"} size={13} />
    </button>
  );
}

function GroupName({ id, name }: { id: string; name: string }) {
  const [writing, setWriting] = useState(false);
  const fixed = useDraft((state) => state.fixed);
  if (!writing) {
    return (
      <span className="group-name" title={name} onDoubleClick={() => setWriting(!fixed)}>
        {name}
      </span>
    );
  }
  const keep = (text: string) => {
    setWriting(false);
    if (text.trim() && text !== name) useDraft.getState().change((doc) => changeGroup(doc, id, { name: text.trim() }));
  };
  return (
    <input
      className="card-rename nodrag"
      aria-label="Name of the group"
      autoFocus
      defaultValue={name}
      onFocus={(event) => event.currentTarget.select()}
      onBlur={(event) => keep(event.currentTarget.value)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape") event.currentTarget.value = name;
        if (event.key === "Escape" || event.key === "Enter") event.currentTarget.blur();
      }}
    />
  );
}
