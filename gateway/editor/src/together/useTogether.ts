/** Drawing together begins when a workflow is open in the editor; what it needs is loaded then, and not before. */
import { useEffect } from "react";
import { useDraft } from "../canvas/draft";

export function useTogether(workflow: string, execution?: string): void {
  const open = useDraft((state) => state.workflow === workflow && state.doc !== null && !state.fixed);
  useEffect(() => {
    if (!open || execution) return;
    let end: (() => void) | null = null;
    let left = false;
    void import("./binding").then(({ bind }) => {
      if (!left) end = bind(workflow);
    });
    return () => {
      left = true;
      end?.();
    };
  }, [open, workflow, execution]);
}
