/** A node on the canvas: its icon, name, ports, and how its last run went. */
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo, useEffect, useRef } from "react";
import { Icon, groupIcon } from "../shell/icons";
import { duration, plural } from "../shell/words";
import { useFar } from "./distance";
import { renameTo } from "./edits";
import type { CardNode } from "./graph";
import { heightOf, portY } from "./graph";
import { CardStanding } from "../executions/CardStanding";
import { openPalette } from "../palette/store";
import { useDraft } from "./draft";
import { useMarks } from "./marks";
import { useSelection } from "./selection";

export const NodeCard = memo(function NodeCard({ data, selected }: NodeProps<CardNode>) {
  const { node, spec, ports, runs, problem } = data;
  const mark = useMarks((all) => all.nodes.get(node.id));
  const renaming = useSelection((all) => all.renaming === node.id);
  const far = useFar() && !selected && !renaming;
  const last = runs?.at(-1);
  const state = last ? last.status : data.going ? "waiting" : "idle";
  const names = ["card", `run-${state}`];
  if (selected) names.push("selected");
  if (node.disabled) names.push("disabled");
  if (!spec) names.push("unknown");
  if (mark) names.push(`differs-${mark}`);
  if (far) return <FarCard names={names} data={data} />;
  return (
    <div className={names.join(" ")} data-node={node.name} data-status={last?.status ?? ""}>
      <div className={`card-icon group-${spec?.group ?? "none"}`}>
        <Icon name={spec ? groupIcon(spec.group) : "warn"} size={17} />
      </div>
      <div className="card-text">
        <Name id={node.id} name={node.name} />
        <div className="card-sub">{node.disabled ? "disabled" : (spec?.title ?? node.type)}</div>
      </div>
      <Badge data={data} />
      {!last && problem && (
        <span className="card-problem" title={problem.message}>
          <Icon name="warn" size={13} />
        </span>
      )}
      {mark && <span className="card-mark">{mark}</span>}
      <CardStanding name={node.name} ran={last !== undefined} disabled={node.disabled === true} />
      <CardPorts data={data} />
      {ports.outputs.length > 0 && <AddNext id={node.id} name={node.name} count={ports.outputs.length} />}
    </div>
  );
});

/** A card too small to read: a box with the colour of its group. */
function FarCard({ names, data }: { names: readonly string[]; data: CardNode["data"] }) {
  const { node, spec, ports, runs } = data;
  const height = heightOf(ports);
  // React Flow finds where edges begin and end by these marks; its own ports are too many to keep at this distance.
  return (
    <div className={`${names.join(" ")} far group-${spec?.group ?? "none"}`} data-node={node.name} data-status={runs?.at(-1)?.status ?? ""}>
      {Array.from({ length: ports.inputs }, (_, at) => (
        <i key={`in-${at}`} className="far-port target" data-handleid={`in-${at}`} data-handlepos="left" style={{ left: 0, top: portY(at, ports.inputs, height) }} />
      ))}
      {ports.outputs.map((_, at) => (
        <i key={`out-${at}`} className="far-port source" data-handleid={`out-${at}`} data-handlepos="right" style={{ right: 0, top: portY(at, ports.outputs.length, height) }} />
      ))}
    </div>
  );
}

function Badge({ data }: { data: CardNode["data"] }) {
  const last = data.runs?.at(-1);
  if (!last) return null;
  const count = data.runs?.length ?? 1;
  const spent = data.runs?.reduce((sum, run) => sum + (run.durationUs ?? 0), 0) ?? 0;
  const told = [plural(count, "run"), duration(spent / 1000), last.error?.message].filter(Boolean).join(" · ");
  return (
    <span className={`card-badge badge-${last.status}`} title={told}>
      <Icon name={last.status === "error" ? "x" : "check"} size={11} />
      {count > 1 && <b>{count}</b>}
    </span>
  );
}

function CardPorts({ data }: { data: CardNode["data"] }) {
  const { ports } = data;
  const height = heightOf(ports);
  return (
    <>
      {Array.from({ length: ports.inputs }, (_, at) => (
        <Handle
          key={`in-${at}`}
          id={`in-${at}`}
          type="target"
          position={Position.Left}
          style={{ top: portY(at, ports.inputs, height) }}
          title={ports.inputs > 1 ? `input ${at + 1}` : "input"}
        />
      ))}
      {ports.outputs.map((name, at) => {
        const top = portY(at, ports.outputs.length, height);
        return (
          <span key={`out-${at}`}>
            <Handle id={`out-${at}`} type="source" position={Position.Right} style={{ top }} title={`output ${name}`} />
            {ports.outputs.length > 1 && (
              <span className={`port-name${name === "error" ? " port-error" : ""}`} style={{ top }}>
                {name}
              </span>
            )}
          </span>
        );
      })}
    </>
  );
}

function AddNext({ id, name, count }: { id: string; name: string; count: number }) {
  const fixed = useDraft((state) => state.fixed);
  const open = useDraft((state) => !state.doc?.connections[name]?.main?.some((ends) => ends?.length));
  if (fixed || count !== 1) return null;
  return (
    <button
      type="button"
      className={`card-add nodrag${open ? " card-open" : ""}`}
      tabIndex={-1}
      aria-label="Add a node after this one"
      onClick={(event) => {
        event.stopPropagation();
        openPalette({ kind: "after", node: id, output: 0 });
      }}
    >
      <Icon name="add" size={12} />
    </button>
  );
}

function Name({ id, name }: { id: string; name: string }) {
  const renaming = useSelection((state) => state.renaming === id);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (renaming) requestAnimationFrame(() => field.current?.select());
  }, [renaming]);
  if (!renaming) {
    return (
      <div className="card-name" title={name}>
        {name}
      </div>
    );
  }
  const end = () => useSelection.getState().rename(null);
  return (
    <input
      ref={field}
      className="card-rename nodrag"
      aria-label="Name of the node"
      defaultValue={name}
      autoFocus
      onBlur={(event) => {
        renameTo(id, event.currentTarget.value);
        end();
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") {
          event.currentTarget.value = name;
          event.currentTarget.blur();
        }
        if (event.key === "Enter" || event.key === "Escape") document.querySelector<HTMLElement>(".canvas")?.focus();
      }}
    />
  );
}
