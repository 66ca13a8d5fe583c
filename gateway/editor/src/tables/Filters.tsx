/** The conditions that rows have to fulfil, one line each. */
import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import { Icon } from "../shell/icons";
import { type Condition, columnsOf, needsText, offersFor } from "./query";

interface Props {
  columns: readonly { name: string; type: string }[];
  conditions: readonly Condition[];
  change(conditions: Condition[]): void;
}

export function Filters({ columns, conditions, change }: Props) {
  const all = columnsOf(columns);
  const typeOf = (name: string) => all.find((column) => column.name === name)?.type ?? "string";
  const put = (at: number, next: Condition) => change(conditions.map((each, here) => (here === at ? next : each)));
  const begin = () => {
    const first = columns[0] ?? all[0]!;
    change([...conditions, { column: first.name, operator: offersFor(first.type)[0]!.value, text: "" }]);
  };
  return (
    <div className="filters" role="group" aria-label="Filter">
      {conditions.map((each, at) => (
        <div key={at} className="filter-line">
          <Select
            size="xs"
            w={150}
            aria-label={`Column of condition ${at + 1}`}
            allowDeselect={false}
            data={all.map((column) => column.name)}
            value={each.column}
            onChange={(column) => column && put(at, { column, operator: offersFor(typeOf(column))[0]!.value, text: "" })}
          />
          <Select
            size="xs"
            w={120}
            aria-label={`Comparison of condition ${at + 1}`}
            allowDeselect={false}
            data={offersFor(typeOf(each.column))}
            value={each.operator}
            onChange={(operator) => operator && put(at, { ...each, operator })}
          />
          {needsText(each.operator) && (
            <TextInput
              size="xs"
              w={200}
              autoFocus
              aria-label={`Value of condition ${at + 1}`}
              placeholder={typeOf(each.column) === "date" ? "2026-01-31" : undefined}
              value={each.text}
              onChange={(event) => put(at, { ...each, text: event.currentTarget.value })}
            />
          )}
          <ActionIcon variant="subtle" color="gray" aria-label={`Remove condition ${at + 1}`} onClick={() => change(conditions.filter((_, here) => here !== at))}>
            <Icon name="x" />
          </ActionIcon>
        </div>
      ))}
      <Button size="compact-xs" variant="subtle" color="gray" leftSection={<Icon name="search" size={13} />} onClick={begin}>
        {conditions.length ? "And" : "Filter"}
      </Button>
    </div>
  );
}
