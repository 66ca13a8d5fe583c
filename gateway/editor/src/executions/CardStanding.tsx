/** What a node's card says of its standing, and the button that runs the workflow up to it. */
import { run } from "../canvas/commands";
import { useDraft } from "../canvas/draft";
import { Icon } from "../shell/icons";
import { useRun } from "./run";
import { useStandingOf } from "./standing";
import "./standing.css";

export function CardStanding({ name, ran, disabled }: { name: string; ran: boolean; disabled: boolean }) {
  const standing = useStandingOf(name);
  const fixed = useDraft((state) => state.fixed);
  const going = useRun((state) => state.going);
  return (
    <>
      {standing.includes("working") && <span className="card-working" title="at work" />}
      {standing.includes("stale") && ran && (
        <span className="card-stale" title="Changed since it ran: it runs again next time">
          changed
        </span>
      )}
      {standing.includes("pinned") && (
        <span className="card-pin" title="Its data is pinned: it does not run by hand">
          <Icon name="pin" size={11} />
        </span>
      )}
      {!fixed && !going && !disabled && (
        <button
          type="button"
          className="card-run nodrag"
          tabIndex={-1}
          aria-label={`Run to ${name}`}
          title="Run to here"
          onClick={(event) => {
            event.stopPropagation();
            void run({ destination: name });
          }}
        >
          <Icon name="play" size={11} />
        </button>
      )}
    </>
  );
}
