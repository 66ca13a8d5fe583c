/** How it looks: colours and density. */
import { SegmentedControl } from "@mantine/core";
import type { Preferences } from "../gen/api";
import { usePreferences } from "../shell/preferences";
import { Section } from "./Section";

const COLOURS = [
  { label: "As the system", value: "system" },
  { label: "Light", value: "light" },
  { label: "Dark", value: "dark" },
];
const DENSITIES = [
  { label: "Comfortable", value: "comfortable" },
  { label: "Compact", value: "compact" },
];

export function Appearance() {
  const { chosen, change } = usePreferences();
  return (
    <Section title="Appearance" about="Kept for you by this Millrace: it looks the same in every browser you sign in with.">
      <Choice label="Colours" data={COLOURS} value={chosen.colours} choose={(colours) => change({ colours: colours as Preferences["colours"] })} />
      <Choice label="Density" data={DENSITIES} value={chosen.density} choose={(density) => change({ density: density as Preferences["density"] })} />
    </Section>
  );
}

interface ChoiceProps {
  label: string;
  data: { label: string; value: string }[];
  value: string;
  choose(value: string): void;
}

function Choice({ label, data, value, choose }: ChoiceProps) {
  return (
    <div className="setting-choice">
      <span>{label}</span>
      <SegmentedControl aria-label={label} size="xs" data={data} value={value} onChange={choose} />
    </div>
  );
}
