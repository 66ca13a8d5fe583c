/** The switch of a row: what switches at once, and what has to be asked about first. */
import { ApiError, call } from "../api/client";
import type { VersionSummary, WorkflowSummary } from "../gen/api";

/** What is to be switched on but asked about first, and the version that was published last, if any. */
export interface Wanted {
  row: WorkflowSummary;
  last: string | null;
}

/** Switches a workflow; where its draft holds what was never published, or something stands against it, gives what to ask about. */
export async function flip(row: WorkflowSummary): Promise<WorkflowSummary | Wanted> {
  const path = { workflow: row.id };
  if (row.active) return call("POST /api/v1/workflows/{workflow}/deactivate", { path });
  const versions = await call("GET /api/v1/workflows/{workflow}/versions", { path });
  const last = lastOf(versions.data);
  if (last !== row.versionId) return { row, last };
  try {
    return await call("POST /api/v1/workflows/{workflow}/activate", { path });
  } catch (error) {
    if (error instanceof ApiError && [409, 422].includes(error.status)) return { row, last };
    throw error;
  }
}

function lastOf(versions: readonly VersionSummary[]): string | null {
  const dated = versions.filter((each) => each.publishedAt);
  return dated.sort((a, b) => b.publishedAt! - a.publishedAt!)[0]?.id ?? null;
}
