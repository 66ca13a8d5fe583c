/** Flow control: how executions of the workflow share what is scarce, and in which order they come. */
import { NumberInput, Select, TextInput } from "@mantine/core";
import { useDraft } from "../canvas/draft";

interface Flow {
  priority?: string;
  concurrency?: { limit: number; key?: string };
  order?: { key: string };
}

const PRIORITIES = [
  { value: "high", label: "High" },
  { value: "normal", label: "Normal" },
  { value: "bulk", label: "Bulk" },
];

export function FlowControl({ fixed }: { fixed: boolean }) {
  const settings = useDraft((state) => (state.doc?.settings ?? {}) as Record<string, unknown>);
  const flow = (settings.millrace ?? {}) as Flow;
  const put = (next: Record<string, unknown>) => useDraft.getState().change((doc) => ({ ...doc, settings: clean({ ...(doc.settings as object), ...next }) }), "flow control");
  const set = (some: Partial<Flow>) => {
    const next = clean({ ...flow, ...some });
    put({ millrace: Object.keys(next).length ? next : undefined });
  };
  const { concurrency, order } = flow;
  return (
    <div className="form">
      <div className="dim">These hold for the whole workflow, whichever node is open. Runs by hand do not wait.</div>
      <Select
        size="xs"
        label="Priority"
        description="How often it has its turn against other workflows of the same tenant: 16 to 4 to 1."
        readOnly={fixed}
        allowDeselect={false}
        data={PRIORITIES}
        value={flow.priority ?? "normal"}
        onChange={(value) => set({ priority: value === "normal" ? undefined : (value ?? undefined) })}
      />
      <NumberInput
        size="xs"
        label="Executions at a time"
        description="Others wait. Empty: as many as come."
        min={1}
        max={100_000}
        allowDecimal={false}
        readOnly={fixed}
        value={concurrency?.limit ?? ""}
        onChange={(value) => set({ concurrency: value === "" ? undefined : { ...concurrency, limit: Math.max(1, Number(value)) } })}
      />
      {concurrency && (
        <TextInput
          size="xs"
          label="… for each value of"
          description="A field of the first item, such as body.customer, or an expression. Empty: of all together."
          readOnly={fixed}
          value={concurrency.key ?? ""}
          onChange={(event) => set({ concurrency: clean({ ...concurrency, key: event.currentTarget.value || undefined }) as Flow["concurrency"] })}
        />
      )}
      <TextInput
        size="xs"
        label="One after the other for each value of"
        description="Executions with the same value keep the order of their starts."
        readOnly={fixed}
        value={order?.key ?? ""}
        onChange={(event) => set({ order: event.currentTarget.value ? { key: event.currentTarget.value } : undefined })}
      />
      <TextInput
        size="xs"
        label="Tenant"
        description="For whom it runs: tenants share a worker fairly."
        placeholder="default"
        readOnly={fixed}
        value={String(settings.tenant ?? "")}
        onChange={(event) => put({ tenant: event.currentTarget.value || undefined })}
      />
    </div>
  );
}

function clean(given: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
