/** A field for code. The editor behind it is loaded with the first field that needs it. */
import { json } from "@codemirror/lang-json";
import { javascript } from "@codemirror/lang-javascript";
import { sql } from "@codemirror/lang-sql";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { basicSetup } from "codemirror";
import { useEffect, useRef } from "react";

interface Props {
  label: string;
  media: string;
  value: string;
  fixed: boolean;
  change(value: string): void;
}

/** Colours come from the style sheet, where light and dark are told apart. */
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.propertyName, tags.definition(tags.variableName)], color: "var(--code-name)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
]);

const frame = EditorView.theme({
  ".cm-gutters": { background: "transparent", color: "var(--ink-soft)", border: "0" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--accent) 7%, transparent)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
});

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
    if (here && before !== value) here.dispatch({ changes: { from: 0, to: before!.length, insert: value } });
  }, [value]);

  return <div ref={place} className="code" />;
}

function language(media: string) {
  if (media === "text/javascript") return javascript();
  if (media === "application/json") return json();
  if (media === "application/sql") return sql();
  return [];
}
