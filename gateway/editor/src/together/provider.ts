/** The provider: keeps a document and who is where in step with the gateway, over a WebSocket that comes back by itself. */
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
import * as sync from "y-protocols/sync";
import type * as Y from "yjs";
import type { Problem, WorkflowDetail } from "../gen/api";
import { useSession } from "../shell/session";

const SYNC = 0;
const AWARENESS = 1;
const AGAIN_MS = [500, 1_000, 2_000, 5_000, 10_000];
const REFUSED = 4_000;
const LATER = 4_500;

interface Saved {
  save: number;
  saved?: WorkflowDetail;
  problem?: Problem;
}

export class Provider {
  readonly awareness: Awareness;
  private socket: WebSocket | null = null;
  private closed = false;
  private tries = 0;
  private timer = 0;
  private number = 0;
  private readonly saves = new Map<number, (answer: Saved) => void>();

  constructor(
    private readonly workflow: string,
    private readonly ydoc: Y.Doc,
    private readonly changed: (online: boolean) => void,
  ) {
    this.awareness = new Awareness(ydoc);
    ydoc.on("update", this.onUpdate);
    this.awareness.on("update", this.onPresence);
    this.connect();
  }

  /** Makes the document the draft. */
  save(): Promise<Saved> {
    const save = ++this.number;
    return new Promise((done, failed) => {
      if (this.socket?.readyState !== WebSocket.OPEN) return failed(new Error("Millrace cannot be reached; it is saved once it can"));
      this.saves.set(save, done);
      this.socket.send(JSON.stringify({ save }));
    });
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    removeAwarenessStates(this.awareness, [this.ydoc.clientID], "leaving");
    this.ydoc.off("update", this.onUpdate);
    this.awareness.destroy();
    this.socket?.close();
  }

  private connect(): void {
    const base = document.baseURI.replace(/[#?].*$/, "").replace(/\/[^/]*$/, "").replace(/^http/, "ws");
    const socket = new WebSocket(`${base}/api/v1/workflows/${encodeURIComponent(this.workflow)}/collaborate`);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ token: useSession.getState().token }));
      this.send(SYNC, (encoder) => sync.writeSyncStep1(encoder, this.ydoc));
      this.sendPresence([this.ydoc.clientID]);
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.told(JSON.parse(data) as Saved);
      else this.hear(new Uint8Array(data as ArrayBuffer));
    };
    socket.onclose = ({ code }) => this.lost(code);
  }

  private hear(message: Uint8Array): void {
    const decoder = decoding.createDecoder(message);
    const kind = decoding.readVarUint(decoder);
    if (kind === AWARENESS) {
      applyAwarenessUpdate(this.awareness, decoding.readVarUint8Array(decoder), this);
      return;
    }
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, SYNC);
    const step = sync.readSyncMessage(decoder, encoder, this.ydoc, this);
    if (encoding.length(encoder) > 1) this.socket?.send(encoding.toUint8Array(encoder));
    if (step === sync.messageYjsSyncStep2) {
      this.tries = 0;
      this.changed(true);
    }
  }

  private told(answer: Saved): void {
    this.saves.get(answer.save)?.(answer);
    this.saves.delete(answer.save);
  }

  private lost(code: number): void {
    this.socket = null;
    const others = [...this.awareness.getStates().keys()].filter((client) => client !== this.ydoc.clientID);
    if (!this.closed) removeAwarenessStates(this.awareness, others, this);
    for (const [save, done] of this.saves) done({ save, problem: { detail: "The connection was lost" } as Problem });
    this.saves.clear();
    this.changed(false);
    const refused = code >= REFUSED && code < LATER && code !== REFUSED + 400;
    if (!this.closed && !refused) this.timer = window.setTimeout(() => this.connect(), AGAIN_MS[Math.min(this.tries++, AGAIN_MS.length - 1)]);
  }

  private readonly onUpdate = (update: Uint8Array, origin: unknown) => {
    if (origin !== this) this.send(SYNC, (encoder) => sync.writeUpdate(encoder, update));
  };

  private readonly onPresence = ({ added, updated, removed }: Record<"added" | "updated" | "removed", number[]>, origin: unknown) => {
    if (origin !== this) this.sendPresence([...added, ...updated, ...removed]);
  };

  private sendPresence(clients: number[]): void {
    this.send(AWARENESS, (encoder) => encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(this.awareness, clients)));
  }

  private send(kind: number, write: (encoder: encoding.Encoder) => void): void {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, kind);
    write(encoder);
    this.socket.send(encoding.toUint8Array(encoder));
  }
}
