/** Health: which version runs, and whether its parts take work. */
import { Loader } from "@mantine/core";
import { useEffect, useState } from "react";
import { ApiError, call, reason } from "../api/client";
import type { Readiness } from "../gen/api";
import { title } from "../shell/words";
import { Section } from "./Section";

const LOOK_EVERY_MS = 5_000;

interface Found {
  version: string;
  readiness: Readiness;
}

export function Health() {
  const { found, failed } = useHealth();
  return (
    <Section title="Health" about="Whether each part takes work. Supervisors read the same from /ready, and figures from /metrics.">
      {failed !== null && <p className="status status-error">{reason(failed)}</p>}
      {!found && failed === null && <Loader size="sm" />}
      {found && (
        <dl className="health">
          <dt>Version</dt>
          <dd>{found.version}</dd>
          {Object.entries(found.readiness.checks).map(([name, said]) => (
            <Check key={name} name={name} said={said} />
          ))}
        </dl>
      )}
    </Section>
  );
}

function Check({ name, said }: { name: string; said: string }) {
  return (
    <>
      <dt>{title(name)}</dt>
      <dd>
        <span className={`status status-${said === "ok" ? "success" : "error"}`}>{said === "ok" ? "ready" : said}</span>
      </dd>
    </>
  );
}

function useHealth() {
  const [found, setFound] = useState<Found | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  useEffect(() => {
    let timer = 0;
    let left = false;
    const look = async () => {
      try {
        const [alive, readiness] = await Promise.all([call("GET /health"), call("GET /ready").catch(unready)]);
        if (left) return;
        setFound({ version: alive.version, readiness });
        setFailed(null);
      } catch (error) {
        setFailed(error);
      }
      if (!left) timer = window.setTimeout(look, LOOK_EVERY_MS);
    };
    void look();
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, []);
  return { found, failed };
}

/** The answer of a Millrace that is not ready is no failure of the question. */
function unready(error: unknown): Readiness {
  if (error instanceof ApiError && error.status === 503) return error.problem as unknown as Readiness;
  throw error;
}
