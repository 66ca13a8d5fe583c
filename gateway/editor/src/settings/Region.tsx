/** Language and time zone: how numbers and times are written. */
import { Select } from "@mantine/core";
import { useMemo } from "react";
import { count, moment } from "../shell/formats";
import { usePreferences } from "../shell/preferences";
import { Section } from "./Section";

const LANGUAGES = [
  "en-GB", "en-US", "ar-EG", "cs-CZ", "da-DK", "de-AT", "de-CH", "de-DE", "el-GR", "es-ES", "es-MX", "fi-FI", "fr-CH", "fr-FR", "he-IL",
  "hi-IN", "hu-HU", "it-IT", "ja-JP", "ko-KR", "nb-NO", "nl-NL", "pl-PL", "pt-BR", "pt-PT", "ro-RO", "sv-SE", "tr-TR", "uk-UA", "zh-CN", "zh-TW",
];
const EXAMPLE = 1234567.8;

export function Region() {
  const { chosen, change } = usePreferences();
  const languages = useMemo(named, []);
  const zones = useMemo(() => ["UTC", ...Intl.supportedValuesOf("timeZone")], []);
  const here = Intl.DateTimeFormat().resolvedOptions();
  return (
    <Section title="Language and time" about="How numbers and times are written. The words of the app are English.">
      <Select
        label="Language of numbers and times"
        placeholder={`The browser's (${here.locale})`}
        searchable
        clearable
        data={languages}
        value={chosen.language || null}
        onChange={(language) => change({ language: language ?? "" })}
      />
      <Select
        label="Time zone"
        placeholder={`The browser's (${here.timeZone})`}
        searchable
        clearable
        limit={100}
        data={zones}
        value={chosen.timeZone || null}
        onChange={(timeZone) => change({ timeZone: timeZone ?? "" })}
      />
      <p className="dim" role="status">
        It is {moment(Date.now())}; a large number looks like {count(EXAMPLE)}.
      </p>
    </Section>
  );
}

function named(): { value: string; label: string }[] {
  const names = new Intl.DisplayNames("en", { type: "language", languageDisplay: "standard" });
  return LANGUAGES.map((value) => ({ value, label: names.of(value) ?? value }));
}
