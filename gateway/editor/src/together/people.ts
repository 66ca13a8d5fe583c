/** The people: who else has this workflow open, where their pointer is and what they have selected. */
import type { Awareness } from "y-protocols/awareness";
import { create } from "zustand";
import { useSelection } from "../canvas/selection";
import { ownName } from "./name";

export interface Person {
  client: number;
  name: string;
  colour: string;
  cursor?: [number, number] | null;
  selected?: string[];
  /** The node whose panel they have open, and since when. */
  editing?: { node: string; since: number } | null;
  /** The middle of what they see, and how near. */
  view?: View;
}

export type View = [x: number, y: number, zoom: number];

interface People {
  online: boolean;
  others: Person[];
  /** Client of who is followed. */
  followed: number | null;
  point(at: [number, number] | null): void;
  /** Tells the others what is in sight here. */
  look(view: View): void;
  follow(client: number | null): void;
  meet(awareness: Awareness): () => void;
}

const COLOURS = ["#b3261e", "#1864ab", "#2b8a3e", "#a61e4d", "#6741d9", "#9a5b00", "#0b7285"];
const WORDS = ["Otter", "Heron", "Badger", "Lynx", "Marten", "Finch", "Beaver", "Plover"];
const EVERY_MS = 50;

/** Gives who has a node open longer than we have: until they close it, it is theirs. */
export function holder(others: readonly Person[], node: string): Person | undefined {
  const mine = own?.getLocalState()?.editing as Person["editing"];
  const since = mine?.node === node ? mine.since : Infinity;
  return others.find((person) => person.editing?.node === node && person.editing.since < since);
}

let own: Awareness | null = null;
let told = 0;
/** What is in sight, to be told soon. */
let seen: View | null = null;

export const usePeople = create<People>((set) => ({
  online: false,
  others: [],
  followed: null,

  point(at) {
    const now = performance.now();
    if (!own || (at && now - told < EVERY_MS)) return;
    told = now;
    own.setLocalStateField("cursor", at);
  },

  look(view) {
    if (!seen) setTimeout(() => (own?.setLocalStateField("view", seen), (seen = null)), EVERY_MS);
    seen = view;
  },

  follow(client) {
    set({ followed: client });
  },

  meet(awareness) {
    own = awareness;
    const me = awareness.clientID;
    awareness.setLocalState({ name: ownName() || WORDS[me % WORDS.length], colour: COLOURS[me % COLOURS.length], cursor: null, selected: [], editing: null });
    const look = () => {
      const others = [...awareness.getStates()]
        .filter(([client, state]) => client !== me && typeof state.name === "string")
        .map(([client, state]) => ({ ...(state as Omit<Person, "client">), client }));
      set((before) => ({ others, followed: others.some((each) => each.client === before.followed) ? before.followed : null }));
    };
    awareness.on("change", look);
    const stop = useSelection.subscribe((state, before) => {
      awareness.setLocalStateField("selected", [...state.nodes]);
      if (state.panel === before.panel) return;
      awareness.setLocalStateField("editing", state.panel ? { node: state.panel, since: Date.now() } : null);
    });
    return () => {
      stop();
      awareness.off("change", look);
      own = null;
      set({ others: [], followed: null, online: false });
    };
  },
}));
