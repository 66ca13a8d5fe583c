/** The colour scheme: light or dark, as chosen here or by the system. */
import { create } from "zustand";

const KEY = "millrace.scheme";
const system = matchMedia("(prefers-color-scheme: dark)");

interface Scheme {
  dark: boolean;
  toggle(): void;
}

export const useScheme = create<Scheme>((set, get) => ({
  dark: document.documentElement.getAttribute("data-mantine-color-scheme") === "dark",
  toggle() {
    const dark = !get().dark;
    localStorage.setItem(KEY, dark ? "dark" : "light");
    set({ dark });
  },
}));

system.addEventListener("change", () => {
  if (!localStorage.getItem(KEY)) useScheme.setState({ dark: system.matches });
});
