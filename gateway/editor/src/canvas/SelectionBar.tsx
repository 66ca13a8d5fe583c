/** What can be done with several selected nodes: line them up, group them, make a workflow of them. */
import { ActionIcon, Tooltip } from "@mantine/core";
import { Icon, type IconName } from "../shell/icons";
import { type Alignment } from "./aligning";
import { useDraft } from "./draft";
import { alignSelected, groupSelected, ungroupSelected } from "./edits";
import { openExtracting } from "./Extracting";
import { groupsOf } from "./groups";
import { useSelection } from "./selection";

const LINES: [Alignment, IconName, string][] = [
  ["left", "alignLeft", "Align left edges"],
  ["centre", "alignCentre", "Align centres"],
  ["right", "alignRight", "Align right edges"],
  ["top", "alignTop", "Align top edges"],
  ["middle", "alignMiddle", "Align middles"],
  ["bottom", "alignBottom", "Align bottom edges"],
  ["across", "spreadAcross", "Equal distances across"],
  ["down", "spreadDown", "Equal distances down"],
];

export function SelectionBar() {
  const nodes = useSelection((state) => state.nodes);
  const doc = useDraft((state) => state.doc);
  const fixed = useDraft((state) => state.fixed);
  if (nodes.size < 2 || fixed || !doc) return null;
  const grouped = groupsOf(doc).some((each) => each.nodes.some((node) => nodes.has(node)));
  return (
    <div className="selection-bar" role="toolbar" aria-label={`${nodes.size} nodes selected`}>
      {LINES.map(([how, icon, label]) => (
        <Tool key={how} icon={icon} label={label} run={() => alignSelected(how)} />
      ))}
      <span className="selection-gap" />
      <Tool icon="group" label="Group" run={groupSelected} />
      {grouped && <Tool icon="ungroup" label="Ungroup" run={ungroupSelected} />}
      <Tool icon="extract" label="Make a sub-workflow of them" run={openExtracting} />
    </div>
  );
}

function Tool({ icon, label, run }: { icon: IconName; label: string; run(): void }) {
  return (
    <Tooltip label={label} openDelay={300}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={run}>
        <Icon name={icon} size={17} />
      </ActionIcon>
    </Tooltip>
  );
}
