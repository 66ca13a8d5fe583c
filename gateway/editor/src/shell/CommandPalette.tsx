/** The command palette: Ctrl or Cmd K, a few letters, Enter. */
import { useMemo } from "react";
import { Chooser } from "../palette/Chooser";
import { rank } from "../palette/fuzzy";
import { type Command, useCommands } from "./commands";
import { Icon } from "./icons";

const close = () => useCommands.setState({ open: false });

export function CommandPalette() {
  const { open, sources } = useCommands();
  const commands = useMemo(() => (open ? sources.flatMap((source) => source()) : []), [open, sources]);
  if (!open) return null;
  return (
    <Chooser<Command>
      label="Commands"
      hint="What do you want to do?"
      find={(query) => (query.trim() ? rank(query, commands, (each) => [each.label]) : commands.filter((each) => !each.quiet))}
      keyOf={(command) => command.id}
      show={(command) => (
        <>
          <span className="choice-icon">
            <Icon name={command.icon} />
          </span>
          <span className="choice-title">{command.label}</span>
          {command.keys && <kbd>{command.keys}</kbd>}
        </>
      )}
      choose={(command) => {
        close();
        command.run();
      }}
      close={close}
    />
  );
}
