/** Groups: nodes under a name, drawn as a frame or folded into one card. They are part of the workflow's JSON. */
import { type Doc, freeName, newId } from "./document";

export interface Group {
  id: string;
  name: string;
  /** Ids of nodes. */
  nodes: string[];
  folded?: boolean;
}

/** Lists the groups that still have nodes; a node is in the first one that names it. */
export function groupsOf(doc: Doc): Group[] {
  const raw = Array.isArray(doc.groups) ? (doc.groups as Partial<Group>[]) : [];
  const free = new Set(doc.nodes.map((node) => node.id));
  const found: Group[] = [];
  for (const { id, name, nodes, folded } of raw) {
    if (typeof id !== "string" || !Array.isArray(nodes)) continue;
    const own = nodes.filter((node) => free.delete(node));
    if (own.length) found.push({ id, name: String(name ?? "Group"), nodes: own, ...(folded ? { folded } : {}) });
  }
  return found;
}

/** Adds the groups of nodes that were pasted; `ids` are their new ids, in the order of the pasted nodes. */
export function pasteGroups(doc: Doc, given: Doc, ids: readonly string[]): Doc {
  const now = new Map(given.nodes.map((node, at) => [node.id, ids[at]!]));
  const groups = groupsOf(doc);
  const taken = new Set(groups.map((each) => each.name));
  const added = groupsOf(given).map((each) => {
    const name = freeName(taken, each.name);
    taken.add(name);
    return { ...each, id: newId(), name, nodes: each.nodes.map((node) => now.get(node)!) };
  });
  return added.length ? set(doc, [...groups, ...added]) : doc;
}

/** Gives the groups that are whole among these nodes. */
export function wholeGroups(doc: Doc, ids: ReadonlySet<string>): Group[] {
  return groupsOf(doc).filter((each) => each.nodes.every((node) => ids.has(node)));
}

/** Puts nodes into a new group, and takes them out of those where they were. */
export function group(doc: Doc, ids: ReadonlySet<string>): Doc {
  const left = without(doc, ids);
  const name = freeName(new Set(left.map((each) => each.name)), "Group");
  const nodes = doc.nodes.filter((node) => ids.has(node.id)).map((node) => node.id);
  return { ...doc, groups: [...left, { id: newId(), name, nodes }] };
}

/** Dissolves the groups of these nodes; the nodes stay. */
export function ungroup(doc: Doc, ids: ReadonlySet<string>): Doc {
  const groups = groupsOf(doc);
  const kept = groups.filter((each) => !each.nodes.some((node) => ids.has(node)));
  return kept.length === groups.length ? doc : set(doc, kept);
}

export function changeGroup(doc: Doc, id: string, patch: Partial<Pick<Group, "name" | "folded">>): Doc {
  return set(
    doc,
    groupsOf(doc).map((each) => {
      if (each.id !== id) return each;
      const { folded, ...next } = { ...each, ...patch };
      return folded ? { ...next, folded } : next;
    }),
  );
}

function without(doc: Doc, ids: ReadonlySet<string>): Group[] {
  return groupsOf(doc)
    .map((each) => ({ ...each, nodes: each.nodes.filter((node) => !ids.has(node)) }))
    .filter((each) => each.nodes.length > 0);
}

function set(doc: Doc, groups: Group[]): Doc {
  if (groups.length) return { ...doc, groups };
  const { groups: _, ...rest } = doc;
  return rest as Doc;
}
