/** Names of workflows by their ids, for lists that know only ids. */
import { useEffect, useState } from "react";
import { call } from "../api/client";

const MOST = 250;

export function useNames(): ReadonlyMap<string, string> {
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  useEffect(() => {
    call("GET /api/v1/workflows", { query: { limit: MOST } }).then(
      (page) => setNames(new Map(page.data.map((each) => [each.id, each.name]))),
      () => undefined, // ids stand for names then
    );
  }, []);
  return names;
}
