/** The session: the token of this browser tab. */
import { create } from "zustand";

const KEY = "millrace.token";

interface Session {
  token: string | null;
  /** Why the session ended, for the sign-in page. */
  ended: string | null;
  signIn(token: string): void;
  signOut(why?: string): void;
}

export const useSession = create<Session>((set) => ({
  token: sessionStorage.getItem(KEY),
  ended: null,
  signIn(token) {
    sessionStorage.setItem(KEY, token);
    set({ token, ended: null });
  },
  signOut(why) {
    sessionStorage.removeItem(KEY);
    set({ token: null, ended: why ?? null });
  },
}));
