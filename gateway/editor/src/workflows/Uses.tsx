/** Where the searched words stand inside workflows: in parameters and code. */
import { useEffect, useState } from "react";
import { call } from "../api/client";
import type { Use } from "../gen/api";
import { href } from "../shell/route";

const LEAST = 2;
const MOST = 30;

export function Uses({ search }: { search: string }) {
  const [uses, setUses] = useState<Use[]>([]);
  const query = search.trim();
  useEffect(() => {
    if (query.length < LEAST) return setUses([]);
    const leaving = new AbortController();
    const timer = setTimeout(() => {
      call("GET /api/v1/search", { query: { query, limit: MOST }, signal: leaving.signal }).then(
        (found) => setUses(found.data.filter((use) => use.parameter)),
        () => undefined, // the list above says what is wrong
      );
    }, 200);
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [query]);
  if (uses.length === 0) return null;
  return (
    <section className="uses" aria-label="Used in">
      <h2>Used in</h2>
      <ul>
        {uses.map((use) => (
          <li key={`${use.workflow} ${use.node} ${use.parameter}`}>
            <a href={href({ page: "editor", workflow: use.workflow, node: use.node })}>
              {use.name} <span className="dim">› {use.node} › {use.parameter}</span>
            </a>
            <code>{use.excerpt}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}
