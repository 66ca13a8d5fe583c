/** How an execution stands, in a word and a colour. */
import type { ExecutionSummary } from "../gen/api";
import { STATUS } from "../shell/words";

export function Status({ of }: { of: ExecutionSummary["status"] }) {
  return <span className={`status status-${of}`}>{STATUS[of] ?? of}</span>;
}
