/** The bar that shows while test addresses are open: where to send an event, how, and one to send. */
import { Button, Loader } from "@mantine/core";
import { useNodeTypes, shortType } from "../api/nodeTypes";
import { useDraft } from "../canvas/draft";
import type { Doc } from "../canvas/document";
import { useListening } from "./listening";
import { SampleEvent } from "./SampleEvent";
import "./listen.css";

export function ListenBar() {
  const { open, urls, stop } = useListening();
  const doc = useDraft((state) => state.doc);
  const workflow = useDraft((state) => state.workflow);
  const method = useMethod(doc);
  if (!open || !doc || !workflow) return null;
  return (
    <section className="listen" aria-label="Listening for a test event">
      <div className="listen-head">
        <Loader size={14} color="teal" type="dots" />
        <b>Listening for a test event</b>
        <span className="dim">Send one; the canvas shows what it does.</span>
        <div className="bar-gap" />
        <Button size="compact-sm" variant="default" onClick={stop}>
          Stop listening
        </Button>
      </div>
      {urls.length > 0 && <SampleEvent workflow={workflow} doc={doc} method={method} urls={urls} />}
    </section>
  );
}

function useMethod(doc: Doc | null): string {
  const types = useNodeTypes((state) => state.types);
  const hook = doc?.nodes.find((node) => types.get(shortType(node.type))?.trigger === "webhook");
  const given = hook?.parameters.httpMethod;
  return String((Array.isArray(given) ? given[0] : given) ?? "GET");
}
