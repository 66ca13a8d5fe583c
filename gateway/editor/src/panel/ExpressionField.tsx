/** A field for an expression: completion from the data at hand, and what it gives on the picked item. */
import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascriptLanguage } from "@codemirror/lang-javascript";
import { syntaxHighlighting } from "@codemirror/language";
import { EditorState, Prec, RangeSetBuilder } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate, keymap, placeholder } from "@codemirror/view";
import { highlightTree } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import { colours, frame } from "./look";
import { completions, shown, usePreview, useSight } from "./sight";
import { FIELD, type Target, aim, unaim } from "./target";

interface Props {
  label: string;
  /** The expression without its `=`. */
  value: string;
  fixed: boolean;
  /** It was made an expression just now. */
  fresh: boolean;
  change(value: string): void;
  /** Makes it a fixed value again: by Backspace where nothing is left. */
  leave(): void;
}

export default function ExpressionField(props: Props) {
  const place = useEditor(props);
  return (
    <>
      <div ref={place} className="expression-code" />
      <Result expression={props.value} />
    </>
  );
}

function Result({ expression }: { expression: string }) {
  const preview = usePreview(`=${expression}`);
  const dry = useSight((state) => !state.execution && !state.input?.items);
  if (!preview || expression.trim() === "") return <output className="preview preview-none">&nbsp;</output>;
  if (preview.error) {
    return (
      <output className="preview preview-bad">
        {preview.error}
        {preview.hint && <span className="dim"> {preview.hint}</span>}
      </output>
    );
  }
  const { text, kind } = shown(preview.value);
  return (
    <output className="preview">
      <span className={`preview-value cell-${kind}`}>{text.length > 500 ? `${text.slice(0, 500)}…` : text}</span>
      {dry && kind === "null" && <span className="dim"> run the workflow to see it with data</span>}
    </output>
  );
}

function useEditor({ label, value, fixed, fresh, change, leave }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const now = useRef({ change, leave });
  now.current = { change, leave };
  useEffect(() => {
    const made = new EditorView({ parent: place.current!, state: EditorState.create({ doc: value, extensions: extensions(label, fixed, now) }) });
    view.current = made;
    const target: Target = { label, insert: (text) => write(made, text) };
    const onFocus = () => aim(target);
    made.contentDOM.addEventListener("focus", onFocus);
    if (fresh) {
      made.focus();
      made.dispatch({ selection: { anchor: made.state.doc.length } });
    }
    return () => {
      unaim(target);
      made.destroy();
    };
    // The text belongs to the view from here on; what comes from outside is put into it below.
  }, [label, fixed]);
  useEffect(() => {
    const here = view.current;
    const before = here?.state.doc.toString();
    if (here && before !== value) here.dispatch({ changes: { from: 0, to: before!.length, insert: value } });
  }, [value]);
  return place;
}

function extensions(label: string, fixed: boolean, now: { current: Pick<Props, "change" | "leave"> }) {
  return [
    history(),
    closeBrackets(),
    autocompletion({ override: [complete], icons: false }),
    Prec.highest(keymap.of([{ key: "Tab", run: acceptCompletion }])),
    keymap.of([
      {
        key: "Backspace",
        run: (view) => {
          if (fixed || view.state.doc.length > 0) return false;
          now.current.leave();
          return true;
        },
      },
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...defaultKeymap,
      ...historyKeymap,
    ]),
    braces,
    syntaxHighlighting(colours),
    frame,
    placeholder("{{ $json.field }}"),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
    EditorState.readOnly.of(fixed),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) now.current.change(update.state.doc.toString());
    }),
    EditorView.domEventHandlers({
      drop(event, view) {
        const text = event.dataTransfer?.getData(FIELD);
        if (!text || fixed) return false;
        event.preventDefault();
        event.stopPropagation();
        write(view, text, view.posAtCoords({ x: event.clientX, y: event.clientY }) ?? view.state.doc.length);
        return true;
      },
    }),
  ];
}

/** Writes an expression at a place; within braces only what is in its own. */
function write(view: EditorView, text: string, at?: number): void {
  const { from, to } = at === undefined ? view.state.selection.main : { from: at, to: at };
  const before = view.state.sliceDoc(0, from);
  const inside = before.lastIndexOf("{{") > before.lastIndexOf("}}");
  const insert = inside ? text.replace(/^\{\{\s*|\s*\}\}$/g, "") : text;
  view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length } });
  view.focus();
}

const NODE_NAME = /(?:\$\(|\$node\[|\$items\()\s*["'`]([^"'`]*)$/;

async function complete(context: CompletionContext): Promise<CompletionResult | null> {
  const text = `=${context.state.doc.toString()}`;
  const before = text.slice(0, context.pos + 1);
  const named = NODE_NAME.exec(before);
  const typed = named ? named[1]! : (/[\w$]*$/.exec(before)?.[0] ?? "");
  if (!context.explicit && !named && typed === "" && !before.endsWith(".")) return null;
  // The server counts characters, the browser UTF-16 units.
  const found = await completions(text, [...before].length).catch(() => []);
  if (found.length === 0) return null;
  const options = found.map(({ label, kind, detail, doc }, at) => ({ label, type: kind, detail, info: doc || undefined, boost: Math.max(99 - at, -99) }));
  return { from: context.pos - typed.length, options, validFor: named ? undefined : /^[\w$]*$/ };
}

const inner = Decoration.mark({ class: "cm-braces" });

/** Sets off what stands in braces, and colours it as the code that it is. */
const braces = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = marks(view);
    }
    update(update: ViewUpdate) {
      if (update.docChanged) this.decorations = marks(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function marks(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const match of view.state.doc.toString().matchAll(/\{\{([\s\S]*?)(?:\}\}|$)/g)) {
    builder.add(match.index, match.index + match[0].length, inner);
    const code = match[1]!;
    const start = match.index + 2;
    highlightTree(javascriptLanguage.parser.parse(code), colours, (from, to, classes) => {
      builder.add(start + from, start + to, Decoration.mark({ class: classes }));
    });
  }
  return builder.finish();
}
