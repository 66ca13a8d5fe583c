/** Presence: who else is here, their pointers, what they have selected; and following one of them. */
import { Tooltip } from "@mantine/core";
import { type ReactFlowState, ViewportPortal, useReactFlow, useStoreApi } from "@xyflow/react";
import { useEffect } from "react";
import { useDraft } from "../canvas/draft";
import { type Person, usePeople } from "./people";
import "./together.css";

/** One round button per other person; pressing it follows them, or stops that. */
export function Avatars() {
  const { others, followed, follow } = usePeople();
  if (others.length === 0) return null;
  return (
    <div className="avatars" role="group" aria-label="Also here">
      {others.map((person) => {
        const following = followed === person.client;
        return (
          <Tooltip key={person.client} label={following ? `Stop following ${person.name}` : `Follow ${person.name}`}>
            <button
              type="button"
              className="avatar"
              style={{ background: person.colour }}
              aria-label={`Follow ${person.name}`}
              aria-pressed={following}
              onClick={() => follow(following ? null : person.client)}
            >
              {person.name.slice(0, 1)}
            </button>
          </Tooltip>
        );
      })}
    </div>
  );
}

/** Pointers and selections of others, on the canvas; stands inside React Flow. */
export function Pointers() {
  const { others, followed } = usePeople();
  const leader = others.find((person) => person.client === followed);
  useFollowing(leader?.view);
  useSeen(others.length > 0);
  return (
    <ViewportPortal>
      {others.map((person) => (
        <Traces key={person.client} person={person} />
      ))}
    </ViewportPortal>
  );
}

function Traces({ person }: { person: Person }) {
  const nodes = useDraft((state) => state.doc?.nodes);
  const chosen = new Set(person.selected ?? []);
  return (
    <>
      {nodes
        ?.filter((node) => chosen.has(node.id))
        .map((node) => (
          <div
            key={node.id}
            className="their-choice"
            style={{ transform: `translate(${node.position[0]}px, ${node.position[1]}px)`, borderColor: person.colour }}
          >
            {person.editing?.node === node.id && (
              <span className="their-writing" style={{ background: person.colour }}>
                {person.name} is writing
              </span>
            )}
          </div>
        ))}
      {person.cursor && (
        <div className="their-pointer" style={{ transform: `translate(${person.cursor[0]}px, ${person.cursor[1]}px)`, color: person.colour }}>
          <svg width="14" height="16" viewBox="0 0 14 16" aria-hidden>
            <path d="M1 1l12 8-6 1-3 5z" fill="currentColor" stroke="#fff" />
          </svg>
          <span style={{ background: person.colour }}>{person.name}</span>
        </div>
      )}
    </>
  );
}

function useFollowing(view: Person["view"]): void {
  const { setCenter } = useReactFlow();
  const [x, y, zoom] = view ?? [];
  useEffect(() => {
    if (x !== undefined && y !== undefined) void setCenter(x, y, { zoom, duration: 120 });
  }, [x, y, zoom, setCenter]);
}

/** Tells the others what is in sight, as long as there are any. */
function useSeen(told: boolean): void {
  const store = useStoreApi();
  useEffect(() => {
    if (!told) return;
    const tell = ({ transform: [x, y, zoom], width, height }: ReactFlowState) => {
      if (width && height) usePeople.getState().look([(width / 2 - x) / zoom, (height / 2 - y) / zoom, zoom]);
    };
    tell(store.getState());
    return store.subscribe((state, before) => state.transform !== before.transform && tell(state));
  }, [told, store]);
}
