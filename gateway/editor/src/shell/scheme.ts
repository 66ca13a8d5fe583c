/** The colour scheme: light or dark, as preferred or by the system. */
import { create } from "zustand";
import { usePreferences } from "./preferences";

const system = matchMedia("(prefers-color-scheme: dark)");

interface Scheme {
  dark: boolean;
  toggle(): void;
}

export const useScheme = create<Scheme>((_, get) => ({
  dark: wanted(),
  toggle: () => usePreferences.getState().change({ colours: get().dark ? "light" : "dark" }),
}));

function wanted(): boolean {
  const { colours } = usePreferences.getState().chosen;
  return colours === "dark" || (colours === "system" && system.matches);
}

const follow = () => useScheme.setState({ dark: wanted() });
system.addEventListener("change", follow);
usePreferences.subscribe(follow);
