/** Queries to begin with. */
export const CANNED: { label: string; query: string }[] = [
  {
    label: "Latest executions",
    query: "SELECT id, workflow, status, started_at, finished_at, runs, error\nFROM executions FINAL\nORDER BY started_at DESC\nLIMIT 100",
  },
  {
    label: "Failures by message",
    query:
      "SELECT workflow, JSONExtractString(error, 'message') AS message, count() AS times, max(started_at) AS last\n" +
      "FROM executions FINAL\nWHERE status = 'error' AND started_at > now() - INTERVAL 1 DAY\nGROUP BY workflow, message\nORDER BY times DESC",
  },
  {
    label: "Slowest node runs",
    query:
      "SELECT execution, node, type, duration_us / 1000 AS ms, attempt, at\nFROM node_runs FINAL\n" +
      "WHERE at > now() - INTERVAL 1 DAY\nORDER BY duration_us DESC\nLIMIT 100",
  },
  {
    label: "Items per node",
    query:
      "SELECT workflow, node, count() AS runs, sum(arraySum(counts)) AS items\nFROM node_runs FINAL\n" +
      "WHERE at > now() - INTERVAL 1 HOUR\nGROUP BY workflow, node\nORDER BY items DESC",
  },
  {
    label: "Retries",
    query:
      "SELECT execution, node, attempt, at, payload\nFROM execution_events FINAL\nWHERE event = 'node.retried'\nORDER BY at DESC\nLIMIT 100",
  },
  {
    label: "Dead letters",
    query: "SELECT at, topic, partition, offset, workflow, node, reason\nFROM dead_letters FINAL\nORDER BY at DESC\nLIMIT 100",
  },
];
