/** The list of what differs: every node and connection, with its values before and after. */
import { Suspense, lazy } from "react";
import { jumpTo } from "../canvas/commands";
import { useSelection } from "../canvas/selection";
import { title } from "../shell/words";
import { type Comparison, type FieldChange, type NodeChange, summary } from "./compare";

const JsonDiff = lazy(() => import("./JsonDiff"));
const ORDER = ["added", "removed", "changed", "moved"];
const SHORT = 80;

export function Changes({ found }: { found: Comparison }) {
  const selected = useSelection((state) => state.nodes);
  const nodes = [...found.nodes].sort((a, b) => ORDER.indexOf(a.mark) - ORDER.indexOf(b.mark) || a.name.localeCompare(b.name));
  const none = nodes.length + found.wires.length + found.workflow.length === 0;
  return (
    <aside className="side side-wide" aria-label="What differs">
      <div className="side-head">
        <h2>What differs</h2>
        <span className="dim" role="status">
          {summary(found)}
        </span>
      </div>
      {none && <p className="side-note">Nothing: both do the same.</p>}
      <ul className="changes">
        {found.workflow.map((field) => (
          <li key={field.path}>
            <Field field={field} />
          </li>
        ))}
        {nodes.map((node) => (
          <Node key={node.id} node={node} open={selected.has(node.id)} />
        ))}
        {found.wires.map(({ wire, mark }) => (
          <li key={JSON.stringify(wire)} className="change">
            <span className={`mark mark-${mark}`}>{mark}</span> {wire.source} → {wire.target}
          </li>
        ))}
      </ul>
    </aside>
  );
}

function Node({ node, open }: { node: NodeChange; open: boolean }) {
  return (
    <li>
      <button type="button" className="change" aria-pressed={open} onClick={() => jumpTo(node.id)}>
        <span className={`mark mark-${node.mark}`}>{node.mark}</span> <b>{node.name}</b>
      </button>
      {node.fields.map((field) => (
        <Field key={field.path} field={field} />
      ))}
    </li>
  );
}

function Field({ field }: { field: FieldChange }) {
  const [before, after] = [shown(field.before), shown(field.after)];
  const long = [before, after].some((text) => text.length > SHORT || text.includes("\n"));
  return (
    <div className="field-change" data-path={field.path}>
      <div className="field-path">{words(field.path)}</div>
      {long ? (
        <Suspense fallback={null}>
          <JsonDiff before={before} after={after} isJson={false} labels={[`${field.path} before`, `${field.path} after`]} />
        </Suspense>
      ) : (
        <div className="field-values">
          {before && <del>{before}</del>}
          {after && <ins>{after}</ins>}
        </div>
      )}
    </div>
  );
}

function shown(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value || '""' : JSON.stringify(value, null, 2);
}

function words(path: string): string {
  const inside = path.replace(/^parameters\./, "");
  return inside.includes(".") || inside.includes("[") ? inside : title(inside);
}
