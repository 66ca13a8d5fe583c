/** The schemas of settings: asked for once, when a form of them is opened. */
import { useEffect } from "react";
import { create } from "zustand";
import { call } from "../api/client";
import type { SettingsSchemas } from "../gen/api";
import { fail } from "../shell/notices";

const useKnown = create<{ schemas: SettingsSchemas | null }>(() => ({ schemas: null }));

export function useSettingsSchemas(): SettingsSchemas | null {
  const schemas = useKnown((state) => state.schemas);
  useEffect(() => {
    if (!useKnown.getState().schemas) call("GET /api/v1/settings-schemas").then((schemas) => useKnown.setState({ schemas }), fail);
  }, []);
  return schemas;
}
