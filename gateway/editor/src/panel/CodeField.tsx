/** A field for code. The editor behind it is loaded with the first field that needs it. */
import { json } from "@codemirror/lang-json";
import { javascript } from "@codemirror/lang-javascript";
import { sql } from "@codemirror/lang-sql";
import { syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { basicSetup } from "codemirror";
import { useEffect, useRef } from "react";
import { colours, frame } from "./look";

interface Props {
  label: string;
  media: string;
  value: string;
  fixed: boolean;
  change(value: string): void;
}

export default function CodeField({ label, media, value, fixed, change }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const changed = useRef(change);
  changed.current = change;

  useEffect(() => {
    const made = new EditorView({
      parent: place.current!,
      state: EditorState.create({
        doc: value,
        extensions: [
          basicSetup,
          language(media),
          syntaxHighlighting(colours),
          frame,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label }),
          EditorState.readOnly.of(fixed),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
    // The text belongs to the view from here on; what comes from outside is put into it below.
  }, [media, label, fixed]);

  useEffect(() => {
    const here = view.current;
    const before = here?.state.doc.toString();
    // Only what differs is put in, so that the cursor stays where it is while somebody else writes.
    if (here && before !== undefined && before !== value) here.dispatch({ changes: difference(before, value) });
  }, [value]);

  return <div ref={place} className="code" />;
}

function difference(before: string, after: string): { from: number; to: number; insert: string } {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}

function language(media: string) {
  if (media === "text/javascript") return javascript();
  if (media === "application/json") return json();
  if (media === "application/sql") return sql();
  return [];
}
