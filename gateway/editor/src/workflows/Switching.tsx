/** Switching a workflow on from the list: at once where its draft was published last, else by the dialog of publishing. */
import type { WorkflowSummary } from "../gen/api";
import { go } from "../shell/route";
import { PublishForm, prospectOf } from "../versions/PublishForm";
import type { Wanted } from "./switch";

interface Props extends Wanted {
  close(): void;
  replace(row: WorkflowSummary): void;
}

export default function Switching({ row, last, close, replace }: Props) {
  return (
    <PublishForm
      title={`Publish “${row.name}”`}
      live={false}
      foresee={() => prospectOf(row.id, row.versionId, last)}
      close={close}
      published={replace}
      jump={(node) => go({ page: "editor", workflow: row.id, node })}
    />
  );
}
