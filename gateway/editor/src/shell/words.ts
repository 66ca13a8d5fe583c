/** Words: numbers, times and names as people read them. */
import { count as written, moment } from "./formats";

export { moment };

export function plural(count: number, noun: string): string {
  return `${written(count)} ${noun}${count === 1 ? "" : "s"}`;
}

export function duration(ms: number): string {
  if (ms === 0) return "0 ms";
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = Math.round((ms % 60_000) / 1000);
  return seconds ? `${minutes} min ${seconds} s` : `${minutes} min`;
}

/** How long something took by a clock of milliseconds: what it cannot see is not nothing. */
export function spent(ms: number): string {
  return ms < 1 ? "< 1 ms" : duration(ms);
}

export function ago(at: number, now = Date.now()): string {
  const seconds = Math.max(0, (now - at) / 1000);
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return moment(at);
}

/** `httpMethod` → `HTTP method`, `jsCode` → `JS code`. */
export function title(key: string): string {
  const short = new Set(["http", "url", "json", "js", "id", "ip", "api", "sql", "html", "xml", "csv", "ui"]);
  const parts = key.replace(/([a-z\d])([A-Z])/g, "$1 $2").replace(/[_-]/g, " ").split(" ");
  const read = parts.map((part) => (short.has(part.toLowerCase()) ? part.toUpperCase() : part.toLowerCase()));
  const text = read.join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A choice as people read it: `runOnceForAllItems` → `Run once for all items`; names that stand for themselves stay. */
export function choice(value: string): string {
  if (value === "javaScript") return "JavaScript";
  return /^[a-z][a-z\d]*([A-Z][a-z\d]*)+$/.test(value) ? title(value) : value;
}

export const STATUS: Record<string, string> = {
  running: "running",
  waiting: "waiting",
  success: "succeeded",
  error: "failed",
  cancelled: "stopped",
};
