/** Icons: strokes on a 24 × 24 grid, drawn for this app. */
const SHAPES = {
  add: "M12 5v14M5 12h14",
  ai: "M12 4l1.8 5.2L19 11l-5.2 1.8L12 18l-1.8-5.2L5 11l5.2-1.8zM18.5 16.5v4M16.5 18.5h4",
  alignBottom: "M4 20h16M8 16V8M15 16V4",
  alignCentre: "M12 3v18M6 8h12M8 16h8",
  alignLeft: "M4 4v16M8 8h12M8 16h7",
  alignMiddle: "M3 12h18M8 6v12M16 8v8",
  alignRight: "M20 4v16M16 8H4M16 16H9",
  alignTop: "M4 4h16M8 8v8M15 8v12",
  apps: "M5 5h5v5H5zM14 5h5v5h-5zM5 14h5v5H5zM14 14h5v5h-5z",
  arrange: "M4 6h6v4H4zM14 4h6v4h-6zM14 16h6v4h-6zM10 8h2v10h2M12 6h2",
  back: "M15 5l-7 7 7 7",
  bolt: "M13 3L5 14h6l-1 7 8-11h-6z",
  chart: "M4 20h16M7 16v-5M12 16V6M17 16v-8",
  check: "M5 12.5l4.5 4.5L19 7.5",
  clock: "M12 4a8 8 0 100 16 8 8 0 000-16zM12 8v4.5l3 2",
  copy: "M8 8h11v11H8zM16 8V5H5v11h3",
  data: "M4 7c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zM4 7v10c0 1.7 3.6 3 8 3s8-1.3 8-3V7M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3",
  disable: "M12 4v7M7 6.8a7.5 7.5 0 1010 0",
  dots: "M6 12h.01M12 12h.01M18 12h.01",
  ear: "M5 12a7 7 0 0114 0M8.5 12a3.5 3.5 0 017 0M12 12v8M9 20h6",
  doubt: "M9 9a3 3 0 115 2.200c-1.200.900-2 1.600-2 2.800M12 17.500v.010M12 3a9 9 0 100 18 9 9 0 000-18z",
  expand: "M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7",
  extract: "M4 4h8v8H4zM13 20h7v-7M20 20l-7-7",
  fit: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  flow: "M5 5v6a4 4 0 004 4h10M15 11l4 4-4 4M5 5h14",
  group: "M4 7V4h3M17 4h3v3M20 17v3h-3M7 20H4v-3M8 8h8v8H8z",
  key: "M8 11a4 4 0 100 8 4 4 0 000-8zM11 12l8-8M16 7l2.500 2.500",
  letter: "M4 6h16v12H4zM4 7l8 6 8-6",
  list: "M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01",
  minus: "M5 12h14",
  moon: "M19.5 14.5A8 8 0 119.5 4.5a6.5 6.5 0 0010 10z",
  next: "M9 5l7 7-7 7",
  note: "M5 4h14v10l-6 6H5zM13 20v-6h6",
  pause: "M8 5v14M16 5v14",
  pulse: "M3 12h4l3-8 4 16 3-8h4",
  pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
  play: "M7 4.5v15l12-7.5z",
  redo: "M15 5l5 5-5 5M20 10h-9a6 6 0 000 12h2",
  refresh: "M19 8a8 8 0 10.9 6M20 4v4.5h-4.5",
  save: "M5 5h11l3 3v11H5zM8 5v5h7V5M8 19v-5h8v5",
  search: "M11 5a6 6 0 100 12 6 6 0 000-12zM15.5 15.5L20 20",
  settings: "M4 7h9M17 7h3M15 5v4M4 17h3M11 17h9M9 15v4M4 12h4M12 12h8M10 10v4",
  signout: "M14 5H5v14h9M10 12h10M17 9l3 3-3 3",
  spreadAcross: "M4 4v16M20 4v16M10 8h4v8h-4z",
  spreadDown: "M4 4h16M4 20h16M8 10v4h8v-4z",
  stop: "M6.5 6.5h11v11h-11z",
  sun: "M12 8a4 4 0 100 8 4 4 0 000-8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M18.4 5.6L17 7M7 17l-1.4 1.4",
  table: "M4 5h16v14H4zM4 10h16M4 14.500h16M10 5v14",
  tag: "M4 4h8l8 8-8 8-8-8zM8.500 8.500h.01",
  transform: "M8 4c-3 0-2 4-2 5.5S4.500 12 4 12c.5 0 2 1 2 2.500S5 20 8 20M16 4c3 0 2 4 2 5.500S19.500 12 20 12c-.5 0-2 1-2 2.500S19 20 16 20",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.500 11v5M13.500 11v5",
  undo: "M9 5l-5 5 5 5M4 10h9a6 6 0 010 12h-2",
  ungroup: "M4 4h7v7H4zM13 13h7v7h-7z",
  variable: "M7 4c-3 4-3 12 0 16M17 4c3 4 3 12 0 16M9.500 9l5 6M14.500 9l-5 6",
  warn: "M12 4l9 16H3zM12 10v4.500M12 17.500h.01",
  wheel: "M12 6.500a5.500 5.500 0 100 11 5.500 5.500 0 000-11zM12 2.500v4M12 17.500v4M2.500 12h4M17.500 12h4M12 11.500v1",
  x: "M6 6l12 12M18 6L6 18",
} as const;

export type IconName = keyof typeof SHAPES;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
    >
      <path d={SHAPES[name]} />
    </svg>
  );
}

const GROUPS: Record<string, IconName> = {
  triggers: "bolt",
  flow: "flow",
  transform: "transform",
  data: "data",
  apps: "apps",
  ai: "ai",
};

/** The icon of a group of node types. */
export function groupIcon(group: string): IconName {
  return GROUPS[group] ?? "apps";
}
