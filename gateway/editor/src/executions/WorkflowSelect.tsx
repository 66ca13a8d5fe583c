/** The choice of a workflow that narrows a page. */
import { Select } from "@mantine/core";

interface Props {
  names: ReadonlyMap<string, string>;
  value?: string;
  choose(workflow?: string): void;
}

export function WorkflowSelect({ names, value, choose }: Props) {
  const known = [...names].map(([id, label]) => ({ value: id, label }));
  return (
    <Select
      aria-label="Workflow"
      placeholder="All workflows"
      size="xs"
      w={220}
      clearable
      searchable
      data={value && !names.has(value) ? [...known, { value, label: value }] : known}
      value={value ?? null}
      onChange={(chosen) => choose(chosen ?? undefined)}
    />
  );
}
