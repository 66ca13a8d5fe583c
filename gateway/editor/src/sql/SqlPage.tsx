/** SQL over the history: write a query, or take one, and look at its rows. */
import { Button, Loader, Select } from "@mantine/core";
import { useState } from "react";
import { ApiError, call } from "../api/client";
import type { Rows } from "../gen/api";
import CodeField from "../panel/CodeField";
import { Icon } from "../shell/icons";
import { plural } from "../shell/words";
import { ResultTable } from "./ResultTable";
import { CANNED } from "./canned";
import "./sql.css";

const LIMIT = 10_000;

interface Answered {
  rows: Rows;
  ms: number;
}

export default function SqlPage() {
  const [query, setQuery] = useState(CANNED[0]!.query);
  const [answer, setAnswer] = useState<Answered | null>(null);
  const [failed, setFailed] = useState<ApiError | null>(null);
  const [running, setRunning] = useState(false);

  const run = async (text = query) => {
    if (running || !text.trim()) return;
    setRunning(true);
    setFailed(null);
    const began = performance.now();
    try {
      const rows = await call("POST /api/v1/sql", { body: { query: text, limit: LIMIT } });
      setAnswer({ rows, ms: performance.now() - began });
    } catch (error) {
      setFailed(error instanceof ApiError ? error : new ApiError(0, { detail: String(error) }));
    } finally {
      setRunning(false);
    }
  };

  const take = (label: string | null) => {
    const found = CANNED.find((each) => each.label === label);
    if (!found) return;
    setQuery(found.query);
    void run(found.query);
  };

  const onKey = (event: React.KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    void run();
  };

  return (
    <div className="page page-wide page-tall">
      <div className="page-head">
        <h1>SQL</h1>
        <Select
          aria-label="Queries to begin with"
          placeholder="Queries to begin with"
          size="xs"
          w={220}
          data={CANNED.map((each) => each.label)}
          value={null}
          onChange={take}
        />
        <span className="dim">tables: executions, node_runs, execution_events, events, dead_letters</span>
        <div className="bar-gap" />
        {answer && <span className="dim">{said(answer)}</span>}
        {running && <Loader size="xs" />}
        <Button size="xs" leftSection={<Icon name="play" size={13} />} disabled={running} onClick={() => void run()}>
          Run
        </Button>
      </div>
      <div className="sql-field" onKeyDownCapture={onKey}>
        <CodeField label="Query" media="application/sql" value={query} fixed={false} change={setQuery} />
      </div>
      {failed && (
        <div className="sql-failed" role="alert">
          {failed.message}
          {failed.hint && <div className="dim">{failed.hint}</div>}
        </div>
      )}
      {answer && !failed && <ResultTable {...answer.rows} />}
    </div>
  );
}

function said({ rows, ms }: Answered): string {
  const more = rows.truncated ? ", there are more" : "";
  return `${plural(rows.rows.length, "row")}${more}, ${Math.round(ms)} ms`;
}
