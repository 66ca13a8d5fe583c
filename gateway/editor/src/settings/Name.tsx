/** The name by which others know who sits here. */
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { LONGEST, callMe, ownName } from "../together/name";
import { Section } from "./Section";

export function Name() {
  const [name, setName] = useState(ownName);
  return (
    <Section title="You" about="Kept in this browser. Others see it in a workflow that you both have open, and in its list of versions.">
      <TextInput
        label="Your name"
        placeholder="A new one each time, such as Otter"
        maxLength={LONGEST}
        value={name}
        onChange={(event) => {
          setName(event.currentTarget.value);
          callMe(event.currentTarget.value);
        }}
      />
    </Section>
  );
}
