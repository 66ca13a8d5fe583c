/** The API: one typed call. Everything the app does goes through it. */
import type { Operations, Problem } from "../gen/api";
import { useSession } from "../shell/session";

export type OperationName = keyof Operations;
type Part<N extends OperationName, K extends string> = Operations[N] extends { [key in K]: infer T } ? T : undefined;

export interface CallOptions<N extends OperationName> {
  path?: Part<N, "path">;
  query?: Part<N, "query">;
  body?: Part<N, "body">;
  /** Revision that the caller saw: the change is refused if there is a newer one. */
  revision?: number;
  signal?: AbortSignal;
  /** Another token than the session's. */
  token?: string;
}

/** An answer that is no success. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Partial<Problem>,
  ) {
    super(problem.detail || problem.title || `the server answered ${status}`);
  }

  get hint(): string | undefined {
    return problemHint(this.problem);
  }
}

function problemHint(problem: Partial<Problem>): string | undefined {
  const hint = (problem as { hint?: unknown }).hint;
  return typeof hint === "string" ? hint : undefined;
}

/** Calls an operation by its name in the OpenAPI document. */
export async function call<N extends OperationName>(
  name: N,
  options: CallOptions<N> = {},
): Promise<Operations[N]["answer"]> {
  const response = await send(name, options);
  const text = await response.text();
  return (text ? JSON.parse(text) : null) as Operations[N]["answer"];
}

/** Sends a request and gives the open answer; raises ApiError, and signs out on 401. */
export async function send<N extends OperationName>(name: N, options: CallOptions<N>): Promise<Response> {
  const [method, template] = name.split(" ") as [string, string];
  const headers: Record<string, string> = { authorization: `Bearer ${options.token ?? useSession.getState().token ?? ""}`, "millrace-client": "editor" };
  if (options.body !== undefined) headers["content-type"] = "application/json";
  if (options.revision !== undefined) headers["if-match"] = `"${options.revision}"`;
  const response = await fetch(address(template, options), {
    method,
    headers,
    body: options.body === undefined ? undefined : JSON.stringify(options.body),
    signal: options.signal,
  }).catch((error: unknown) => {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, { detail: "Millrace cannot be reached" });
  });
  if (response.ok) return response;
  if (response.status === 401 && !options.token) useSession.getState().signOut("This token is not accepted any more.");
  throw new ApiError(response.status, await response.json().catch(() => ({})));
}

function address(template: string, options: { path?: unknown; query?: unknown }): string {
  const given = (options.path ?? {}) as Record<string, string>;
  const path = template.replace(/{(\w+)}/g, (_, key: string) => encodeURIComponent(given[key] ?? ""));
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries((options.query ?? {}) as Record<string, unknown>)) {
    if (value !== undefined && value !== "") query.set(key, String(value));
  }
  const base = document.baseURI.replace(/[#?].*$/, "").replace(/\/[^/]*$/, "");
  return `${base}${path}${query.size ? `?${query}` : ""}`;
}

/** Says in words what went wrong. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
