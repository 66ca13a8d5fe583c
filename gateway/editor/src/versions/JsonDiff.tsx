/** Two texts beside each other, what differs marked; loaded when first needed. */
import { json } from "@codemirror/lang-json";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";

const colours = HighlightStyle.define([
  { tag: tags.string, color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: tags.propertyName, color: "var(--code-name)" },
]);

const frame = EditorView.theme({
  ".cm-gutters": { background: "transparent", color: "var(--ink-soft)", border: "0" },
});

interface Props {
  before: string;
  after: string;
  isJson: boolean;
  labels: [before: string, after: string];
}

export default function JsonDiff({ before, after, isJson, labels }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [first, second] = labels;
  useEffect(() => {
    const side = (doc: string, label: string) => ({
      doc,
      extensions: [
        lineNumbers(),
        isJson ? [json(), syntaxHighlighting(colours)] : [],
        frame,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label }),
        EditorState.readOnly.of(true),
      ],
    });
    const view = new MergeView({
      a: side(before, first),
      b: side(after, second),
      parent: place.current!,
      collapseUnchanged: { margin: 3, minSize: 6 },
      gutter: true,
    });
    return () => view.destroy();
  }, [before, after, isJson, first, second]);
  return <div ref={place} className="json-diff" />;
}
