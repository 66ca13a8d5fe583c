/** The soft lock: a node that somebody else has open is theirs for the while, unless one insists. */
import { Button } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { holder, usePeople } from "./people";

export function SoftLock({ node, children }: { node: string; children: ReactNode }) {
  const others = usePeople((state) => state.others);
  const [insists, setInsists] = useState(false);
  const theirs = holder(others, node);
  return (
    <>
      {theirs && (
        <div className="soft-lock" role="status">
          <span className="avatar" style={{ background: theirs.colour }} aria-hidden>
            {theirs.name.slice(0, 1)}
          </span>
          <span>{insists ? `${theirs.name} writes here too: code merges letter by letter, of other fields the last one to write counts.` : `${theirs.name} is writing in this node.`}</span>
          {!insists && (
            <Button size="compact-xs" variant="default" onClick={() => setInsists(true)}>
              Write all the same
            </Button>
          )}
        </div>
      )}
      <div className="soft-locked" inert={theirs !== undefined && !insists}>
        {children}
      </div>
    </>
  );
}
