/** The caret: stays where it is in the text while others change what stands around it. */
import { flushSync } from "react-dom";
import { alike } from "./model";

type Field = HTMLInputElement | HTMLTextAreaElement;

/** Makes a change that comes from others; whoever writes in a field keeps their place in it. */
export function keepingCaret(change: () => void): void {
  const field = writtenIn();
  if (!field) return change();
  const { value, selectionStart, selectionEnd, selectionDirection, scrollTop } = field;
  flushSync(change);
  if (field.value === value || document.activeElement !== field) return;
  const [start, end] = [selectionStart ?? 0, selectionEnd ?? 0].map((at) => moved(at, value, field.value));
  field.setSelectionRange(start!, end!, selectionDirection ?? undefined);
  field.scrollTop = scrollTop;
}

function writtenIn(): Field | null {
  const found = document.activeElement;
  const field = found instanceof HTMLInputElement || found instanceof HTMLTextAreaElement ? found : null;
  return field && field.selectionStart !== null ? field : null; // fields that are no text have no caret
}

/** Gives where a place of a text is after one part of it was replaced. */
function moved(at: number, before: string, after: string): number {
  const [start, end] = alike(before, after);
  if (at <= start) return at;
  if (at >= before.length - end) return at + after.length - before.length;
  return Math.min(at, after.length - end);
}
