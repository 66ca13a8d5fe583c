/** Two versions of a workflow compared: on the canvas, value by value, and as JSON. */
import { Button, Loader, SegmentedControl, Select } from "@mantine/core";
import { Suspense, lazy, useEffect, useState } from "react";
import { call, reason } from "../api/client";
import { useNodeTypes } from "../api/nodeTypes";
import { Canvas } from "../canvas/Canvas";
import { type Doc, normal } from "../canvas/document";
import { useDraft } from "../canvas/draft";
import { edgeId } from "../canvas/graph";
import { clearMarks, useMarks } from "../canvas/marks";
import { useSelection } from "../canvas/selection";
import type { VersionSummary } from "../gen/api";
import { Icon } from "../shell/icons";
import { go, href } from "../shell/route";
import { ago } from "../shell/words";
import { Changes } from "./Changes";
import { type Comparison, compare, written } from "./compare";
import { restoreLater, useVersions } from "./store";
import "../canvas/canvas.css";
import "./versions.css";

const JsonDiff = lazy(() => import("./JsonDiff"));

interface Sides {
  before: Doc;
  after: Doc;
  found: Comparison;
}

export default function ComparePage({ workflow, from, to }: { workflow: string; from: string; to: string }) {
  const [view, setView] = useState("canvas");
  const [failed, setFailed] = useState<unknown>(null);
  const sides = useSides(workflow, from, to, setFailed);
  const loaded = useNodeTypes((state) => state.loaded);
  if (failed) return <div className="page-note">{reason(failed)}</div>;
  return (
    <div className="editor">
      <Bar workflow={workflow} from={from} to={to} sides={sides} view={view} setView={setView} />
      {!sides || !loaded ? (
        <div className="page-note">
          <Loader size="sm" />
        </div>
      ) : view === "canvas" ? (
        <div className="stage with-side">
          <Canvas key={`${from} ${to}`} />
          <Changes found={sides.found} />
        </div>
      ) : (
        <div className="json-whole" tabIndex={0} role="region" aria-label="Both versions as JSON">
          <Suspense fallback={<Loader size="sm" />}>
            <JsonDiff before={written(sides.before)} after={written(sides.after)} isJson labels={["Before", "After"]} />
          </Suspense>
        </div>
      )}
    </div>
  );
}

function useSides(workflow: string, from: string, to: string, fail: (error: unknown) => void): Sides | null {
  const [sides, setSides] = useState<Sides | null>(null);
  useEffect(() => {
    let gone = false;
    const read = (version: string) => call("GET /api/v1/workflows/{workflow}/versions/{version}", { path: { workflow, version } });
    fail(null);
    Promise.all([read(from), read(to)]).then(([one, other]) => {
      if (gone) return;
      const [before, after] = [normal(one.workflow), normal(other.workflow)];
      const found = compare(before, after);
      show(workflow, found);
      setSides({ before, after, found });
    }, fail);
    return () => {
      gone = true;
      clearMarks();
      useSelection.getState().select([]);
      useDraft.getState().leave();
    };
  }, [workflow, from, to, fail]);
  return sides;
}

/** Puts both versions on the canvas as one document that nobody changes. */
function show(workflow: string, { doc, nodes, wires }: Comparison): void {
  useDraft.setState({ workflow, doc, saved: doc, fixed: true, failed: null });
  useSelection.getState().select([]);
  useMarks.setState({
    nodes: new Map(nodes.map((change) => [change.id, change.mark])),
    edges: new Map(wires.map((change) => [edgeId(change.wire), change.mark])),
  });
}

interface BarProps {
  workflow: string;
  from: string;
  to: string;
  sides: Sides | null;
  view: string;
  setView(view: string): void;
}

function Bar({ workflow, from, to, sides, view, setView }: BarProps) {
  const rows = useVersions((state) => state.rows);
  useEffect(() => {
    useVersions.getState().look(workflow).catch(() => undefined); // the versions themselves say what is wrong
  }, [workflow]);
  const choices = named(rows ?? [], from, to);
  const restore = () => {
    restoreLater(workflow, from);
    go({ page: "editor", workflow });
  };
  return (
    <header className="bar">
      <a className="crumb" href={href({ page: "editor", workflow })}>
        {sides?.after.name ?? "Workflow"}
      </a>
      <span className="crumb-mark">/</span>
      <h1 className="bar-title">Compare</h1>
      <Select size="xs" w={170} aria-label="Before" allowDeselect={false} data={choices} value={from} onChange={(value) => value && go({ page: "compare", workflow, from: value, to })} />
      <Icon name="next" size={14} />
      <Select size="xs" w={170} aria-label="After" allowDeselect={false} data={choices} value={to} onChange={(value) => value && go({ page: "compare", workflow, from, to: value })} />
      <div className="bar-gap" />
      <SegmentedControl size="xs" aria-label="How to show it" value={view} onChange={setView} data={[{ value: "canvas", label: "Canvas" }, { value: "json", label: "JSON" }]} />
      <Button size="compact-md" variant="default" onClick={restore}>
        Restore the first
      </Button>
      <Button component="a" size="compact-md" variant="default" leftSection={<Icon name="back" size={14} />} href={href({ page: "editor", workflow })}>
        Back
      </Button>
    </header>
  );
}

function named(rows: readonly VersionSummary[], ...needed: string[]): { value: string; label: string }[] {
  const known = rows.map((row) => {
    const words = [row.published && "published", row.draft && "draft"].filter(Boolean).join(", ");
    return { value: row.id, label: `${row.id.slice(0, 8)} · ${words || ago(row.createdAt)}` };
  });
  const others = [...new Set(needed)].filter((id) => !rows.some((row) => row.id === id));
  return [...known, ...others.map((id) => ({ value: id, label: id.slice(0, 8) }))];
}
