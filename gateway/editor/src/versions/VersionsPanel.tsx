/** The versions beside the canvas: when each was made, which one runs, and the way back to any of them. */
import { ActionIcon, Badge, Button, CloseButton, Loader, Menu } from "@mantine/core";
import { useEffect } from "react";
import { useDraft } from "../canvas/draft";
import type { Author, VersionSummary } from "../gen/api";
import { Icon } from "../shell/icons";
import { fail } from "../shell/notices";
import { go } from "../shell/route";
import { ago, moment, plural } from "../shell/words";
import { restore, toRestore, useVersions } from "./store";

export function VersionsPanel() {
  const { open, rows, cursor, look, more, toggle } = useVersions();
  const { workflow, version, published, doc } = useDraft();
  useEffect(() => {
    if (open && workflow) look(workflow).catch(fail);
  }, [open, workflow, version, published, look]);
  const ready = doc !== null;
  useEffect(() => {
    const wanted = ready && workflow ? toRestore(workflow) : null;
    if (wanted && workflow) restore(workflow, wanted).catch(fail);
  }, [ready, workflow]);
  if (!open || !workflow) return null;
  return (
    <aside className="side" aria-label="Versions">
      <div className="side-head">
        <h2>Versions</h2>
        <CloseButton aria-label="Close the versions" onClick={() => toggle(false)} />
      </div>
      {rows === null && <Loader size="sm" m="md" />}
      <ol className="versions">
        {rows?.map((row, at) => (
          <Entry key={row.id} row={row} before={rows[at + 1]?.id} workflow={workflow} />
        ))}
      </ol>
      {cursor && (
        <Button variant="default" size="xs" m="sm" onClick={() => more(workflow).catch(fail)}>
          Show more
        </Button>
      )}
    </aside>
  );
}

/** The name that somebody has where they are seen by others, and what they used. */
function who({ client, name }: Author): string {
  return name ? `${name} (${client})` : `the ${client === "api" ? "API" : client}`;
}

function Entry({ row, before, workflow }: { row: VersionSummary; before: string | undefined; workflow: string }) {
  const { version: draft, published } = useDraft();
  const against = (from: string | null | undefined, to: string) => from && go({ page: "compare", workflow, from, to });
  return (
    <li className={row.published ? "version version-live" : "version"} data-version={row.id}>
      <div className="version-text">
        <time dateTime={new Date(row.createdAt).toISOString()} title={moment(row.createdAt)}>
          {ago(row.createdAt)}
        </time>
        {row.published && <Badge size="sm" color="teal" autoContrast>Published</Badge>}
        {row.draft && <Badge size="sm" variant="default">Draft</Badge>}
        {row.message && <p className="version-why">{row.message}</p>}
        <p className="dim small">
          {plural(row.nodes, "node")} · <code>{row.id.slice(0, 8)}</code>
        </p>
        {row.by && <p className="dim small">saved by {who(row.by)}</p>}
        {row.publishedAt && (
          <p className="dim small">
            published {ago(row.publishedAt)}
            {row.publishedBy && ` by ${who(row.publishedBy)}`}
          </p>
        )}
      </div>
      <Menu shadow="md" position="bottom-end" withArrow>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`More about version ${row.id.slice(0, 8)}`}>
            <Icon name="dots" size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item disabled={!before} onClick={() => against(before, row.id)}>
            Compare with the one before
          </Menu.Item>
          <Menu.Item disabled={!published || row.published} onClick={() => against(published, row.id)}>
            Compare with what is published
          </Menu.Item>
          <Menu.Item disabled={row.draft} onClick={() => against(row.id, draft ?? "")}>
            Compare with the draft
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item disabled={row.draft} onClick={() => void restore(workflow, row.id).catch(fail)}>
            Make it the draft
          </Menu.Item>
          <Menu.Item disabled={row.published} onClick={() => useVersions.getState().ask({ kind: "publish", version: row.id })}>
            {row.publishedAt ? "Roll back to it" : "Publish it"}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </li>
  );
}
