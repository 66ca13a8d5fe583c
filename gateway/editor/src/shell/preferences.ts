/** The preferences: kept by Millrace for its user, with a copy in the browser for the moment before they are read. */
import { create } from "zustand";
import { call } from "../api/client";
import type { Preferences } from "../gen/api";
import { writeIn } from "./formats";
import { fail } from "./notices";

const KEY = "millrace.preferences"; // public/scheme.js reads it before anything is drawn
const FIRST: Required<Preferences> = { colours: "system", density: "comfortable", language: "", timeZone: "" };

interface State {
  chosen: Required<Preferences>;
  /** Grows when they came from elsewhere: what is shown is then written anew. */
  read: number;
  load(): Promise<void>;
  change(some: Partial<Preferences>): void;
}

export const usePreferences = create<State>((set, get) => ({
  chosen: applied({ ...FIRST, ...copy() }),
  read: 0,

  async load() {
    const before = get().chosen;
    const chosen = { ...FIRST, ...(await call("GET /api/v1/preferences")) };
    if (get().chosen !== before) return; // somebody was quicker to change one: what was read is of before
    if (JSON.stringify(chosen) !== JSON.stringify(get().chosen)) set({ chosen: applied(chosen), read: get().read + 1 });
  },

  change(some) {
    set({ chosen: applied({ ...get().chosen, ...some }) });
    call("PATCH /api/v1/preferences", { body: some }).catch(fail);
  },
}));

function copy(): Partial<Preferences> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>;
  } catch {
    return {};
  }
}

function applied(chosen: Required<Preferences>): Required<Preferences> {
  localStorage.setItem(KEY, JSON.stringify(chosen));
  document.documentElement.dataset.density = chosen.density;
  writeIn(chosen.language, chosen.timeZone);
  return chosen;
}
