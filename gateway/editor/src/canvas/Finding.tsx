/** Finding: nodes by name, type or what stands in them, in this workflow or in all; choosing one goes there. */
import { useEffect, useState } from "react";
import { create } from "zustand";
import { call } from "../api/client";
import { shortType } from "../api/nodeTypes";
import type { Use } from "../gen/api";
import { Chooser } from "../palette/Chooser";
import { rank } from "../palette/fuzzy";
import { Icon } from "../shell/icons";
import { fail } from "../shell/notices";
import { go } from "../shell/route";
import { focusCanvas, jumpTo } from "./commands";
import { type Doc, type NodeJson, byName } from "./document";
import { useDraft } from "./draft";
import { type Hit, hits } from "./finding";

type Asked = { where: "here"; query: string } | { where: "everywhere"; query: string };

const useFinding = create<{ asked: Asked | null }>(() => ({ asked: null }));
const LEAST = 2;
const MOST = 50;
const PAUSE_MS = 200;

export function openFinding(where: Asked["where"], query = ""): void {
  useFinding.setState({ asked: { where, query } });
}

const close = () => useFinding.setState({ asked: null });

export function Finding() {
  const asked = useFinding((state) => state.asked);
  const doc = useDraft((state) => state.doc);
  if (!asked) return null;
  if (asked.where === "everywhere") return <Everywhere begin={asked.query} />;
  return doc && <Here doc={doc} begin={asked.query} />;
}

function Here({ doc, begin }: { doc: Doc; begin: string }) {
  return (
    <Chooser<Hit>
      label="Find in this workflow"
      hint="A name, a type, or what stands in a node …"
      begin={begin}
      find={(query) => found(doc, query)}
      keyOf={(hit) => `${hit.node.id} ${hit.path}`}
      show={(hit) => <Shown icon="search" name={hit.node.name} path={hit.path || shortType(hit.node.type)} text={hit.text} />}
      choose={(hit) => {
        close();
        jumpTo(hit.node.id);
        focusCanvas();
      }}
      close={close}
    />
  );
}

function Everywhere({ begin }: { begin: string }) {
  const [query, setQuery] = useState(begin);
  const [uses, setUses] = useState<Use[]>([]);
  useEffect(() => {
    if (query.trim().length < LEAST) return setUses([]);
    const leaving = new AbortController();
    const timer = setTimeout(() => {
      const asked = call("GET /api/v1/search", { query: { query: query.trim(), limit: MOST }, signal: leaving.signal });
      asked.then(({ data }) => setUses(data)).catch((error: unknown) => leaving.signal.aborted || fail(error));
    }, PAUSE_MS);
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [query]);
  return (
    <Chooser<Use>
      label="Find in all workflows"
      hint="A name, a type, or what stands in any node …"
      begin={begin}
      asked={setQuery}
      find={() => uses}
      keyOf={(use) => `${use.workflow} ${use.node} ${use.parameter}`}
      groupOf={(use) => use.name}
      show={(use) => <Shown icon="flow" name={use.node ?? use.name} path={use.parameter ?? ""} text={use.excerpt ?? ""} />}
      choose={(use) => {
        close();
        const here = useDraft.getState();
        const node = use.node && here.workflow === use.workflow && here.doc ? byName(here.doc, use.node) : undefined;
        if (node) jumpTo(node.id);
        else go({ page: "editor", workflow: use.workflow, node: use.node ?? undefined });
      }}
      close={close}
    />
  );
}

function Shown({ icon, name, path, text }: { icon: "search" | "flow"; name: string; path: string; text: string }) {
  return (
    <>
      <span className="choice-icon">
        <Icon name={icon} />
      </span>
      <span className="choice-title">{name}</span>
      <span className="choice-summary">
        {path} {text && <code>{text}</code>}
      </span>
    </>
  );
}

function found(doc: Doc, query: string): Hit[] {
  const bare = (node: NodeJson): Hit => ({ node, path: "", text: "" });
  const named = rank(query, doc.nodes, (node) => [node.name, shortType(node.type)]).map(bare);
  return query.trim() ? [...named, ...hits(doc, query)] : named;
}
