/** Notices: short words about what just happened, at the lower right. */
import { CloseButton } from "@mantine/core";
import { create } from "zustand";
import { ApiError, reason } from "../api/client";

export interface Notice {
  id: number;
  kind: "info" | "good" | "bad";
  text: string;
  hint?: string;
}

interface Notices {
  shown: Notice[];
  close(id: number): void;
}

export const useNotices = create<Notices>((set) => ({
  shown: [],
  close: (id) => set((state) => ({ shown: state.shown.filter((each) => each.id !== id) })),
}));

let count = 0;

/** Says something; what is bad stays longer. */
export function say(text: string, kind: Notice["kind"] = "info", hint?: string): void {
  const id = ++count;
  useNotices.setState((state) => ({ shown: [...state.shown.slice(-3), { id, kind, text, hint }] }));
  setTimeout(() => useNotices.getState().close(id), kind === "bad" ? 12_000 : 4_000);
}

/** Says that something failed; a session that ended speaks for itself. */
export function fail(error: unknown): void {
  if (error instanceof ApiError && error.status === 401) return;
  say(reason(error), "bad", error instanceof ApiError ? error.hint : undefined);
}

export function Notices() {
  const { shown, close } = useNotices();
  return (
    <div className="notices" role="status" aria-live="polite">
      {shown.map((notice) => (
        <div key={notice.id} className={`notice notice-${notice.kind}`}>
          <div>
            <div>{notice.text}</div>
            {notice.hint && <div className="dim">{notice.hint}</div>}
          </div>
          <CloseButton size="sm" aria-label="Dismiss" onClick={() => close(notice.id)} />
        </div>
      ))}
    </div>
  );
}
