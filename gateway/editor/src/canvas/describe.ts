/** Describing: a node in words, for who hears the canvas. */
import { useNodeTypes, specOf } from "../api/nodeTypes";
import { useRun } from "../executions/run";
import { STATUS, plural } from "../shell/words";
import { type Doc, type NodeJson, wires } from "./document";
import { useDraft } from "./draft";
import { portsNow } from "./edits";
import { isNote } from "./graph";

/** Says what a node is, how it stands and where it leads. */
export function describe(doc: Doc, node: NodeJson): string {
  if (isNote(node)) return `Note: ${String(node.parameters.content ?? "").slice(0, 120)}`;
  const spec = specOf(useNodeTypes.getState().types, node);
  return [node.name, spec?.title ?? node.type, ...standing(node), ...leading(doc, node)].join(", ");
}

function standing(node: NodeJson): string[] {
  const last = useRun.getState().byNode.get(node.name)?.at(-1);
  const problems = useDraft.getState().problems.filter((problem) => problem.node === node.name);
  const words = [];
  if (node.disabled) words.push("disabled");
  if (last) words.push(STATUS[last.status] ?? last.status);
  if (problems.length) words.push(plural(problems.length, "problem"));
  return words;
}

function leading(doc: Doc, node: NodeJson): string[] {
  const { outputs } = portsNow(node);
  const out = wires(doc).filter((wire) => wire.source === node.name);
  if (out.length === 0) return outputs.length ? ["leads nowhere"] : [];
  return out.map((wire) => (outputs.length > 1 ? `${outputs[wire.output] ?? wire.output} leads to ${wire.target}` : `leads to ${wire.target}`));
}
