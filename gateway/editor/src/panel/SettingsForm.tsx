/** A form of settings: made of their JSON Schema, of fixed values only; a part that was begun and lacks something is not kept. */
import { useEffect, useRef } from "react";
import { ObjectForm } from "./Form";
import { type Schema, whole } from "./schema";

type Values = Record<string, unknown>;
const NO_FAULTS = new Map<string, string>();

interface Props {
  schema: Schema;
  value: Values;
  fixed: boolean;
  change(value: Values): void;
}

export function SettingsForm({ schema, value, fixed, change }: Props) {
  const last = useRef({ value, change });
  last.current = { value, change };
  useEffect(
    () => () => {
      const { value, change } = last.current;
      const kept = whole(value, schema, schema) as Values;
      if (JSON.stringify(kept) !== JSON.stringify(value)) change(kept);
    },
    [schema],
  );
  return <ObjectForm schema={schema} value={value} path="" context={{ root: schema, version: 1, fixed, faults: NO_FAULTS, plain: true }} change={change} />;
}
