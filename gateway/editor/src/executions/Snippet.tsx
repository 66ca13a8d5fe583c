/** A command to copy. */
import { ActionIcon, CopyButton, Tooltip } from "@mantine/core";
import { Icon } from "../shell/icons";

export function Snippet({ text }: { text: string }) {
  return (
    <div className="snippet">
      {/* It scrolls, so it can be reached by key. */}
      <code tabIndex={0}>{text}</code>
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

/** Writes the command that sends an event from a shell. */
export function curl(method: string, url: string, body: string): string {
  const sent = parameters(method, body);
  if (sent !== null) return `curl ${quoted(sent ? `${url}?${sent}` : url)}`;
  return `curl -X ${method} -H 'content-type: application/json' -d ${quoted(short(body))} ${quoted(url)}`;
}

/** Gives an event as query parameters where the method has no body, else null. */
export function parameters(method: string, body: string): string | null {
  if (method !== "GET" && method !== "HEAD") return null;
  try {
    const event = JSON.parse(body) as Record<string, unknown>;
    const flat = Object.entries(event).map(([key, value]): [string, string] => [key, typeof value === "object" ? JSON.stringify(value) : String(value)]);
    return new URLSearchParams(flat).toString();
  } catch {
    return "";
  }
}

function short(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body));
  } catch {
    return body;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
