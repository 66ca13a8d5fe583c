/** The choice of the item that expressions are tried on. */
import { ActionIcon } from "@mantine/core";
import { Icon } from "../shell/icons";
import { usePick } from "./pick";

export function ItemPicker() {
  const { index, total, choose } = usePick();
  if (total < 2) return null;
  return (
    <div className="item-picker" role="group" aria-label="Item that expressions are tried on">
      <span>
        Tried on item <b>{index}</b> of {total.toLocaleString()}
      </span>
      <ActionIcon variant="subtle" color="gray" size={24} aria-label="Item before" disabled={index === 0} onClick={() => choose(index - 1)}>
        <Icon name="back" size={13} />
      </ActionIcon>
      <ActionIcon variant="subtle" color="gray" size={24} aria-label="Next item" disabled={index >= total - 1} onClick={() => choose(index + 1)}>
        <Icon name="next" size={13} />
      </ActionIcon>
    </div>
  );
}
