/** The line: one WebSocket over which the canvas hears of the execution that it shows, nothing of it left out. */
import type { ErrorInfo } from "../gen/api";
import { useSession } from "../shell/session";

export interface Heard {
  type: string;
  execution: string;
  workflow: string;
  version: string;
  at: number;
  node?: string;
  nodeType?: string;
  run?: number;
  seq?: number;
  status?: string;
  durationUs?: number;
  attempt?: number;
  due?: number;
  counts?: number[];
  sources?: unknown[];
  started?: number;
  mode?: string;
  runs?: number;
  error?: ErrorInfo;
}

type Offsets = Record<string, number>;
interface Message {
  events?: Heard[];
  offsets?: Offsets;
  problem?: unknown;
}

const RATE = 2_000;
const READY_MS = 1_500;
const NOBODY = "00000000-0000-7000-8000-000000000000";

let socket: WebSocket | null = null;
let ready: Promise<void> | null = null;
let offsets: Offsets | undefined;
let wanted = NOBODY;
let take: (events: Heard[]) => void = () => undefined;

/** Opens the line, unless it is open; resolves when nothing that happens from now on can be missed, or after a while. */
export function openLine(): Promise<void> {
  if (socket && socket.readyState <= WebSocket.OPEN && ready) return ready;
  offsets = undefined;
  const base = document.baseURI.replace(/[#?].*$/, "").replace(/\/[^/]*$/, "").replace(/^http/, "ws");
  const made = new WebSocket(`${base}/api/v1/live`);
  socket = made;
  ready = new Promise((done) => {
    setTimeout(done, READY_MS);
    made.onopen = () => made.send(JSON.stringify({ token: useSession.getState().token, execution: wanted, rate: RATE }));
    made.onmessage = ({ data }) => {
      const { events, offsets: seen } = JSON.parse(String(data)) as Message;
      if (socket !== made) return;
      if (events?.length) take(events.filter((event) => event.execution === wanted));
      if (seen) {
        offsets = seen;
        done();
      }
    };
    // Without a line the history is asked, only less often.
    made.onclose = () => done();
  });
  return ready;
}

/** Where the log stands as far as the line has heard. */
export function lineOffsets(): Offsets | undefined {
  return offsets;
}

/** Hears of an execution, from offsets that were seen before it began. */
export function hearOf(execution: string, since: Offsets | undefined, listener: (events: Heard[]) => void): void {
  wanted = execution;
  take = listener;
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ execution, rate: RATE, since }));
}

export function closeLine(): void {
  wanted = NOBODY;
  take = () => undefined;
  socket?.close();
  socket = null;
  ready = null;
}
