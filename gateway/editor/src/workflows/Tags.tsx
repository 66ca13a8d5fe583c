/** Tags: choosing one to narrow a list, and changing those of a workflow. */
import { Button, Modal, Select, TagsInput } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";
import { call } from "../api/client";
import type { Tag, WorkflowSummary } from "../gen/api";
import { fail } from "../shell/notices";

const MOST = 32;

/** The tags in use; `look` reads them again. */
export function useTags() {
  const [tags, setTags] = useState<Tag[]>([]);
  const look = useCallback(() => {
    call("GET /api/v1/tags").then((found) => setTags(found.data), fail);
  }, []);
  useEffect(look, [look]);
  return { tags, look };
}

export function TagFilter({ tags, value, choose }: { tags: readonly Tag[]; value: string | null; choose(tag: string | null): void }) {
  if (tags.length === 0 && value === null) return null;
  return (
    <Select
      aria-label="Tag"
      placeholder="Any tag"
      size="xs"
      w={150}
      clearable
      searchable
      data={tags.map((tag) => ({ value: tag.name, label: `${tag.name} (${tag.workflows})` }))}
      value={value}
      onChange={choose}
    />
  );
}

interface TaggingProps {
  row: WorkflowSummary | null;
  tags: readonly Tag[];
  close(): void;
  done(row: WorkflowSummary): void;
}

export function Tagging({ row, tags, close, done }: TaggingProps) {
  const [chosen, setChosen] = useState<string[]>([]);
  useEffect(() => setChosen(row?.tags ?? []), [row]);
  const save = async () => {
    if (!row) return;
    try {
      done(await call("PATCH /api/v1/workflows/{workflow}", { path: { workflow: row.id }, body: { tags: chosen } }));
      close();
    } catch (error) {
      fail(error);
    }
  };
  return (
    <Modal opened={row !== null} onClose={close} title={`Tags of “${row?.name}”`} size="sm" centered>
      <TagsInput
        aria-label="Tags"
        placeholder="Type, then Enter"
        data-autofocus
        data={tags.map((tag) => tag.name)}
        maxTags={MOST}
        value={chosen}
        onChange={setChosen}
      />
      <div className="modal-foot">
        <Button variant="default" size="xs" onClick={close}>
          Cancel
        </Button>
        <Button size="xs" onClick={() => void save()}>
          Save
        </Button>
      </div>
    </Modal>
  );
}
