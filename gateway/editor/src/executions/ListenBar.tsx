/** The bar that shows while test addresses are open: where to send an event, and how. */
import { ActionIcon, Button, CopyButton, Loader, Tooltip } from "@mantine/core";
import { useNodeTypes, shortType } from "../api/nodeTypes";
import { useDraft } from "../canvas/draft";
import { Icon } from "../shell/icons";
import { useListening } from "./listening";

export function ListenBar() {
  const { open, urls, stop } = useListening();
  const method = useMethod();
  if (!open) return null;
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
      {urls.map((url) => (
        <Snippet key={url} text={snippet(method, url)} />
      ))}
    </section>
  );
}

function Snippet({ text }: { text: string }) {
  return (
    <div className="snippet">
      <code>{text}</code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? "Copied" : "Copy"}>
            <ActionIcon variant="subtle" color="gray" aria-label="Copy the command" onClick={copy}>
              <Icon name={copied ? "check" : "copy"} />
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </div>
  );
}

function snippet(method: string, url: string): string {
  if (method === "GET" || method === "HEAD") return `curl '${url}?name=Ada'`;
  return `curl -X ${method} -H 'content-type: application/json' -d '{"name":"Ada"}' '${url}'`;
}

function useMethod(): string {
  const doc = useDraft((state) => state.doc);
  const types = useNodeTypes((state) => state.types);
  const hook = doc?.nodes.find((node) => types.get(shortType(node.type))?.trigger === "webhook");
  const given = hook?.parameters.httpMethod;
  return String((Array.isArray(given) ? given[0] : given) ?? "GET");
}
