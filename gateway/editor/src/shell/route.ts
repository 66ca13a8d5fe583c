/** Where we are: the part of the address after `#`, so that the app works behind any path prefix. */
import { useSyncExternalStore } from "react";

export type Route =
  | { page: "workflows" }
  | { page: "editor"; workflow: string; node?: string }
  | { page: "compare"; workflow: string; from: string; to: string }
  | { page: "execution"; workflow: string; execution: string }
  | { page: "executions"; workflow?: string }
  | { page: "dashboards"; workflow?: string }
  | { page: "deadLetters"; workflow?: string }
  | { page: "inDoubt"; workflow?: string }
  | { page: "credentials" }
  | { page: "tables"; table?: string }
  | { page: "variables" }
  | { page: "settings" }
  | { page: "sql" };

/** Reads an address. */
export function parse(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  const parts = path.split("/").filter(Boolean).map(decodeURIComponent);
  const workflow = new URLSearchParams(search).get("workflow") ?? undefined;
  if (parts[0] === "executions") return { page: "executions", workflow };
  if (parts[0] === "dashboards") return { page: "dashboards", workflow };
  if (parts[0] === "deadLetters") return { page: "deadLetters", workflow };
  if (parts[0] === "tables") return { page: "tables", table: parts[1] };
  if (parts[0] === "inDoubt") return { page: "inDoubt", workflow };
  if (parts[0] === "credentials" || parts[0] === "variables" || parts[0] === "sql" || parts[0] === "settings") return { page: parts[0] };
  if (parts[0] === "workflows" && parts[1]) {
    if (parts[2] === "executions" && parts[3]) return { page: "execution", workflow: parts[1], execution: parts[3] };
    if (parts[2] === "compare" && parts[3] && parts[4]) return { page: "compare", workflow: parts[1], from: parts[3], to: parts[4] };
    return { page: "editor", workflow: parts[1], node: new URLSearchParams(search).get("node") ?? undefined };
  }
  return { page: "workflows" };
}

/** Writes an address. */
export function href(route: Route): string {
  const of = encodeURIComponent;
  switch (route.page) {
    case "workflows":
      return "#/workflows";
    case "editor":
      return `#/workflows/${of(route.workflow)}${route.node ? `?node=${of(route.node)}` : ""}`;
    case "compare":
      return `#/workflows/${of(route.workflow)}/compare/${of(route.from)}/${of(route.to)}`;
    case "execution":
      return `#/workflows/${of(route.workflow)}/executions/${of(route.execution)}`;
    case "executions":
    case "dashboards":
    case "deadLetters":
    case "inDoubt":
      return route.workflow ? `#/${route.page}?workflow=${of(route.workflow)}` : `#/${route.page}`;
    case "tables":
      return route.table ? `#/tables/${of(route.table)}` : "#/tables";
    case "credentials":
    case "variables":
    case "sql":
    case "settings":
      return `#/${route.page}`;
  }
}

export function go(route: Route): void {
  location.hash = href(route);
}

function subscribe(changed: () => void): () => void {
  addEventListener("hashchange", changed);
  return () => removeEventListener("hashchange", changed);
}

export function useRoute(): Route {
  return parse(useSyncExternalStore(subscribe, () => location.hash));
}
