/** Access: who may do what here, and the way to what nodes may do elsewhere. */
import { Button } from "@mantine/core";
import { Icon } from "../shell/icons";
import { href } from "../shell/route";
import { useSession } from "../shell/session";
import { Section } from "./Section";

export function Access() {
  return (
    <Section title="Access" about="Whoever bears the token may do everything here. It stays in this tab until you sign out or close it.">
      <div className="setting-row">
        <Button variant="default" size="xs" leftSection={<Icon name="signout" size={14} />} onClick={() => useSession.getState().signOut()}>
          Sign out of this tab
        </Button>
        <Button component="a" variant="default" size="xs" leftSection={<Icon name="key" size={14} />} href={href({ page: "credentials" })}>
          Credentials of nodes
        </Button>
        <Button component="a" variant="default" size="xs" leftSection={<Icon name="variable" size={14} />} href={href({ page: "variables" })}>
          Variables
        </Button>
      </div>
    </Section>
  );
}
