/** The steps of the tour: what to do, where that is, and how one sees that it is done. */
import { useDraft } from "../canvas/draft";
import { useSelection } from "../canvas/selection";
import { useListening } from "../executions/listening";
import { useRun } from "../executions/run";

export interface Step {
  title: string;
  text: string;
  /** The card stands at the top: what the step is about is at the bottom. */
  up?: boolean;
  /** The element that the step is about, where it is on the page. */
  target(): Element | null | undefined;
  done(): boolean;
}

/** What tells that a step may be done. */
export const STORES = [useDraft, useListening, useRun, useSelection];

export const STEPS: readonly Step[] = [
  {
    title: "Begin with an example",
    text: "Choose “Answer a webhook”, or any other that begins with a webhook.",
    target: () => document.querySelector(".beginning") ?? button("From an example"),
    done: () => (useDraft.getState().doc?.nodes.length ?? 0) > 0,
  },
  {
    title: "Listen for a test event",
    up: true,
    text: "“Listen” opens a test address for what you see on the canvas. Nothing has to be active for it.",
    target: () => button("Listen"),
    done: () => useListening.getState().open,
  },
  {
    title: "Send one",
    up: true,
    text: "Send the sample event, or paste the curl command into a terminal. Each node shows how often it ran and what it gave.",
    target: () => button("Send it"),
    done: () => [...useRun.getState().byNode.values()].some((runs) => runs.length > 0),
  },
  {
    title: "Look inside a node",
    up: true,
    text: "Double-click a node: what came in is on the left, what it gave on the right.",
    target: () => [...document.querySelectorAll(".react-flow__node")].at(-1),
    done: () => useSelection.getState().panel !== null,
  },
  {
    title: "Switch it on",
    text: "Close the node and press “Publish”: from then on its address answers everybody, day and night.",
    target: () => document.querySelector(".bar .publish"),
    done: () => useDraft.getState().active,
  },
];

function button(text: string): Element | undefined {
  return [...document.querySelectorAll("button")].find((each) => each.textContent?.trim() === text);
}
