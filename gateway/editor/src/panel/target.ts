/** The target: the parameter field that was in use last. Fields of the data go there by a click as well as by dragging. */
import { say } from "../shell/notices";

export const FIELD = "application/x-millrace-field";

export interface Target {
  label: string;
  insert(text: string): void;
}

let target: Target | null = null;

export function aim(at: Target): void {
  target = at;
}

/** Forgets a field that is gone. */
export function unaim(at: Target): void {
  if (target === at) target = null;
}

/** Puts an expression where people wrote last; without such a place it is copied. */
export function use(text: string): void {
  if (target) {
    target.insert(text);
    return;
  }
  navigator.clipboard.writeText(text).then(
    () => say("Copied; a click writes it into the parameter that was in use last"),
    () => say("Choose a parameter first"),
  );
}
