/** Says something to who cannot see the page; shown nowhere. */
const SPOT = "announced";

export function announce(text: string): void {
  const spot = document.getElementById(SPOT);
  if (!spot) return;
  // The same words twice are said twice only where they differ as text.
  spot.textContent = spot.textContent === text ? `${text}\u00a0` : text;
}
