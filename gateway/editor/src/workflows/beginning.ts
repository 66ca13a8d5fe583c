/** Beginnings: a template becomes a workflow of one's own. */
import { create } from "zustand";
import { call } from "../api/client";
import { keepSample } from "../executions/sampling";
import type { Template, WorkflowBody } from "../gen/api";
import { fail } from "../shell/notices";
import { go } from "../shell/route";

interface Beginnings {
  templates: Template[] | null;
  /** The gallery is shown over the page. */
  open: boolean;
  load(): Promise<void>;
}

export const useBeginnings = create<Beginnings>((set, get) => ({
  templates: null,
  open: false,
  async load() {
    if (get().templates === null) set({ templates: (await call("GET /api/v1/templates")).data });
  },
}));

/** Makes a workflow of a template and opens it. */
export async function begin(template: Template): Promise<void> {
  try {
    const made = await call("POST /api/v1/workflows", { body: withOwnPaths(template.workflow) });
    if (template.sample !== null) keepSample(made.id, JSON.stringify(template.sample, null, 2));
    useBeginnings.setState({ open: false });
    go({ page: "editor", workflow: made.id });
  } catch (error) {
    fail(error);
  }
}

type Parameters = { path?: unknown; options?: { path?: unknown } };

/** Gives each webhook and form an address of its own: the same template may be used twice, and a path has one owner. */
function withOwnPaths(workflow: Template["workflow"]): WorkflowBody {
  const mark = Math.random().toString(36).slice(2, 6);
  const own = (path: unknown) => (typeof path === "string" && path ? `${path}-${mark}` : path);
  const nodes = (workflow.nodes as { type: string; parameters: Parameters }[]).map((node) => {
    if (/\.webhook$/.test(node.type)) return { ...node, parameters: { ...node.parameters, path: own(node.parameters.path) } };
    if (!/\.formTrigger$/.test(node.type)) return node;
    const options = { ...node.parameters.options, path: own(node.parameters.options?.path) };
    return { ...node, parameters: { ...node.parameters, options } };
  });
  return { ...workflow, nodes } as unknown as WorkflowBody;
}
