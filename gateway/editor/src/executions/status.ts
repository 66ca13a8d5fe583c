/** Colours of execution states. */
export const COLOURS: Record<string, string> = {
  running: "blue",
  waiting: "yellow",
  success: "teal",
  error: "red",
  cancelled: "gray",
};
