/** A field whose values are known by name: a workflow, a time zone. */
import { Select } from "@mantine/core";
import { useMemo } from "react";
import { useNames } from "../executions/names";

interface Props {
  of: string;
  label: string;
  value: string | null;
  fixed: boolean;
  change(value: string | undefined): void;
}

export function Chosen({ of, ...rest }: Props) {
  return of === "workflows" ? <Workflows {...rest} /> : <Zones {...rest} />;
}

function Workflows(props: Omit<Props, "of">) {
  const names = useNames();
  const data = useMemo(() => [...names].map(([value, label]) => ({ value, label })), [names]);
  return <Choosing {...props} data={data} none="None" />;
}

function Zones(props: Omit<Props, "of">) {
  const data = useMemo(() => ["UTC", ...Intl.supportedValuesOf("timeZone")].map((value) => ({ value, label: value })), []);
  return <Choosing {...props} data={data} none="The server's" />;
}

function Choosing({ label, value, fixed, change, data, none }: Omit<Props, "of"> & { data: { value: string; label: string }[]; none: string }) {
  const known = !value || data.some((each) => each.value === value);
  return (
    <Select
      size="xs"
      aria-label={label}
      placeholder={none}
      readOnly={fixed}
      searchable
      clearable={!fixed}
      limit={100}
      data={known ? data : [...data, { value, label: value }]}
      value={value || null}
      onChange={(next) => change(next ?? undefined)}
    />
  );
}
