/** The tour: a card with one step at a time, and a ring around what it speaks of. It goes on by itself when a step is done. */
import { Button, CloseButton } from "@mantine/core";
import { useEffect, useState } from "react";
import { useDraft } from "../canvas/draft";
import { Snippet, curl } from "../executions/Snippet";
import { keptSample } from "../executions/sampling";
import { STEPS, STORES, type Step } from "./steps";
import { endTour, useTour } from "./tour";
import "./tour.css";

const LOOK_EVERY_MS = 250;

export default function Tour() {
  const at = useTour((state) => state.at);
  const step = STEPS[at];
  useProgress();
  return (
    <>
      {step && <Ring key={at} step={step} />}
      <section className={step?.up ? "tour tour-up" : "tour"} aria-label="Tour">
        <div className="tour-head">
          <span className="dim">{step ? `Step ${at + 1} of ${STEPS.length}` : "Done"}</span>
          <CloseButton size="sm" aria-label="End the tour" onClick={endTour} />
        </div>
        <div aria-live="polite">
          {step ? (
            <>
              <h2>{step.title}</h2>
              <p>{step.text}</p>
            </>
          ) : (
            <Running />
          )}
        </div>
        <div className="tour-foot">
          {step && (
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => useTour.setState({ at: at + 1 })}>
              Skip this step
            </Button>
          )}
          {!step && (
            <Button size="compact-sm" onClick={endTour}>
              Well then
            </Button>
          )}
        </div>
      </section>
    </>
  );
}

/** The end: the workflow runs, and this is how it is called. */
function Running() {
  const doc = useDraft((state) => state.doc);
  const workflow = useDraft((state) => state.workflow);
  const hook = doc?.nodes.find((node) => node.type.endsWith(".webhook"));
  const base = document.baseURI.replace(/[#?].*$/, "").replace(/\/[^/]*$/, "");
  const command = hook && curl(String(hook.parameters.httpMethod ?? "GET"), `${base}/w/${String(hook.parameters.path ?? "")}`, (workflow && keptSample(workflow)) || "{}");
  return (
    <>
      <h2>It runs</h2>
      <p>Every call of its address is an execution now; they are listed under “Executions”.</p>
      {command && <Snippet text={command} />}
    </>
  );
}

/** Goes to the next step when the present one becomes done. */
function useProgress(): void {
  useEffect(() => {
    const look = () => {
      const { at } = useTour.getState();
      if (STEPS[at]?.done()) useTour.setState({ at: at + 1 });
    };
    const stops = STORES.map((store) => store.subscribe(look));
    look();
    return () => stops.forEach((stop) => stop());
  }, []);
}

function Ring({ step }: { step: Step }) {
  const [box, setBox] = useState<DOMRect | null>(null);
  useEffect(() => {
    const look = () => setBox(step.target()?.getBoundingClientRect() ?? null);
    look();
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [step]);
  if (!box || box.width === 0) return null;
  return <div className="tour-ring" style={{ left: box.left - 5, top: box.top - 5, width: box.width + 10, height: box.height + 10 }} />;
}
