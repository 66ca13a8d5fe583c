/** Markdown of notes: headings, lists, bold, code and links. What else there is stays as it was written. */
import type { ReactNode } from "react";

export function Markdown({ text }: { text: string }) {
  return <>{text.split("\n").map((line, at) => block(line, at))}</>;
}

function block(line: string, key: number): ReactNode {
  const heading = /^(#{1,4})\s+(.*)$/.exec(line);
  if (heading) {
    return (
      <div key={key} className={`note-h note-h${heading[1]!.length}`}>
        {inline(heading[2]!)}
      </div>
    );
  }
  const entry = /^\s*[-*]\s+(.*)$/.exec(line);
  if (entry) {
    return (
      <div key={key} className="note-li">
        {inline(entry[1]!)}
      </div>
    );
  }
  return <div key={key}>{line.trim() ? inline(line) : "\u00a0"}</div>;
}

const PARTS = /(\*\*[^*]+\*\*|`[^`]+`|\[[^\]]+\]\(https?:\/\/[^)\s]+\))/;

function inline(text: string): ReactNode[] {
  return text.split(PARTS).map((part, at) => {
    if (part.startsWith("**") && part.endsWith("**") && part.length > 4) return <b key={at}>{part.slice(2, -2)}</b>;
    if (part.startsWith("`") && part.endsWith("`") && part.length > 2) return <code key={at}>{part.slice(1, -1)}</code>;
    const link = /^\[([^\]]+)\]\((https?:\/\/[^)\s]+)\)$/.exec(part);
    if (!link) return part;
    return (
      <a key={at} href={link[2]} target="_blank" rel="noreferrer noopener" className="nodrag">
        {link[1]}
      </a>
    );
  });
}
