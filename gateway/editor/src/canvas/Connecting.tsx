/** Connecting by keyboard: a node's outputs with every input they can feed, and those that they feed already. */
import { create } from "zustand";
import { Chooser } from "../palette/Chooser";
import { rank } from "../palette/fuzzy";
import { announce } from "../shell/announce";
import { Icon } from "../shell/icons";
import { focusCanvas } from "./commands";
import { type Doc, type NodeJson, type Wire, byId, same, wires } from "./document";
import { useDraft } from "./draft";
import { connectWires, cutWires, portsNow, whyNot } from "./edits";
import { edgeId, isNote } from "./graph";

const useConnecting = create<{ from: string | null }>(() => ({ from: null }));

interface Choice {
  wire: Wire;
  there: boolean;
  label: string;
  group: string;
}

export function openConnecting(node: string): void {
  const { doc, fixed } = useDraft.getState();
  const from = doc && byId(doc, node);
  if (!from || fixed || isNote(from)) return;
  useConnecting.setState({ from: node });
}

export function Connecting() {
  const from = useConnecting((state) => state.from);
  const doc = useDraft((state) => state.doc);
  const node = from && doc ? byId(doc, from) : undefined;
  if (!node || !doc) return null;
  const choices = possible(doc, node);
  const close = () => useConnecting.setState({ from: null });
  return (
    <Chooser<Choice>
      label={`Connections of ${node.name}`}
      hint={`Connect ${node.name} to …`}
      find={(query) => (query.trim() ? rank(query, choices, (choice) => [choice.label]) : choices)}
      keyOf={(choice) => edgeId(choice.wire)}
      groupOf={(choice, query) => (query.trim() ? null : choice.group)}
      show={(choice) => (
        <>
          <span className="choice-icon">
            <Icon name={choice.there ? "x" : "next"} />
          </span>
          <span className="choice-title">{choice.label}</span>
        </>
      )}
      choose={({ wire, there, label }) => {
        close();
        if (there) cutWires([wire]);
        else connectWires(wire);
        announce(there ? `${label}: done` : `Connected ${wire.source} to ${wire.target}`);
        focusCanvas();
      }}
      close={close}
    />
  );
}

function possible(doc: Doc, node: NodeJson): Choice[] {
  const { outputs } = portsNow(node);
  const there = wires(doc).filter((wire) => wire.source === node.name || wire.target === node.name);
  const targets = doc.nodes.filter((each) => each !== node && !isNote(each));
  const near = [...targets].sort((a, b) => far(node, a) - far(node, b));
  const open = outputs.flatMap((name, output) =>
    near.flatMap((target) =>
      Array.from({ length: portsNow(target).inputs }, (_, input) => {
        const wire = { source: node.name, output, target: target.name, input };
        const inputs = portsNow(target).inputs;
        const label = [outputs.length > 1 ? `${name} → ` : "", target.name, inputs > 1 ? `, input ${input + 1}` : ""].join("");
        return { wire, there: false, label, group: outputs.length > 1 ? `From ${name}` : "Connect to" };
      }),
    ),
  );
  const cuts = there.map((wire) => ({ wire, there: true, label: `Remove ${wire.source} → ${wire.target}`, group: "Connected now" }));
  return [...open.filter(({ wire }) => !there.some((each) => same(each, wire)) && whyNot(doc, wire) === null), ...cuts];
}

function far(from: NodeJson, to: NodeJson): number {
  const [x, y] = [to.position[0] - from.position[0], to.position[1] - from.position[1]];
  return Math.abs(x) + Math.abs(y) + (x < 0 ? 2_000 : 0);
}
