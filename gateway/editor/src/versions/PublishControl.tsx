/** The publish control: whether what is drawn is what triggers start, and what can be done about it. */
import { ActionIcon, Button, Menu } from "@mantine/core";
import { changed, useDraft } from "../canvas/draft";
import { Icon } from "../shell/icons";
import { go } from "../shell/route";
import { useVersions } from "./store";

export function PublishControl() {
  const { published, version, workflow } = useDraft();
  const dirty = useDraft(changed);
  const open = useVersions((state) => state.open);
  const { ask, toggle } = useVersions.getState();
  const ahead = published !== null && (dirty || published !== version);
  const word = published === null ? "Not published" : ahead ? "Not published yet: changes" : "Published";
  return (
    <div className="publish">
      <span className={`publish-state publish-${published === null ? "off" : ahead ? "ahead" : "on"}`} title={word}>
        {published === null ? "Not published" : ahead ? "Changes" : "Published"}
      </span>
      <Button size="compact-md" variant="default" disabled={published !== null && !ahead} onClick={() => ask({ kind: "publish", version: null })}>
        Publish
      </Button>
      <Menu shadow="md" position="bottom-end" withArrow>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label="More about versions">
            <Icon name="dots" size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => toggle()}>{open ? "Hide versions" : "Versions"}</Menu.Item>
          <Menu.Item
            disabled={!workflow || !published || !version || published === version}
            onClick={() => go({ page: "compare", workflow: workflow!, from: published!, to: version! })}
          >
            Compare with what is published
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red" disabled={published === null} onClick={() => ask({ kind: "unpublish" })}>
            Stop its triggers
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
