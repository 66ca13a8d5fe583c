/** The name under which others see who sits here: chosen for this browser, as one token may have many bearers. */
const KEY = "millrace.name";
export const LONGEST = 60;

export function ownName(): string {
  return localStorage.getItem(KEY) ?? "";
}

export function callMe(name: string): void {
  if (name.trim()) localStorage.setItem(KEY, name.trim().slice(0, LONGEST));
  else localStorage.removeItem(KEY);
}
