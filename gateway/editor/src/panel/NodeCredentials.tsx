/** The credentials of a node: chosen, made, changed and tried where they are used. */
import { ActionIcon, Button, Select } from "@mantine/core";
import { useEffect, useState } from "react";
import { create } from "zustand";
import { call } from "../api/client";
import { type NodeJson, patchNode } from "../canvas/document";
import { useDraft } from "../canvas/draft";
import { type Edited, Editing } from "../credentials/Editing";
import type { CredentialDetail, CredentialSummary, CredentialTypeDetail, NodeSpec, Trial } from "../gen/api";
import { Icon } from "../shell/icons";
import { fail } from "../shell/notices";

interface Vault {
  types: ReadonlyMap<string, CredentialTypeDetail>;
  all: CredentialSummary[] | null;
  look(): void;
}

export const useVault = create<Vault>((set, get) => ({
  types: new Map(),
  all: null,
  look() {
    call("GET /api/v1/credentials", { query: {} }).then(({ data }) => set({ all: data }), fail);
    if (get().types.size > 0) return;
    call("GET /api/v1/credential-types").then(({ data }) => set({ types: new Map(data.map((each) => [each.name, each])) }), fail);
  },
}));

type Named = Record<string, { id?: string; name?: string } | undefined>;

/** What callers of a trigger show, by its way of authentication. */
const CALLERS: Record<string, string> = { basicAuth: "httpBasicAuth", headerAuth: "httpHeaderAuth", jwtAuth: "jwtAuth" };
const GENERIC = "genericCredentialType";
const NEW = "+";

/** Names the types of credential that a node is to have, as its parameters stand. */
export function kindsOf(node: NodeJson, spec: NodeSpec | undefined): string[] {
  const { authentication, genericAuthType, nodeCredentialType, provideSslCertificates } = node.parameters;
  const found = new Set<string>();
  const asked = authentication === GENERIC ? genericAuthType : authentication === "predefinedCredentialType" ? nodeCredentialType : null;
  if (typeof asked === "string" && asked && !asked.startsWith("=")) found.add(asked);
  if (spec?.trigger && typeof authentication === "string" && CALLERS[authentication]) found.add(CALLERS[authentication]!);
  if (provideSslCertificates === true) found.add("httpSslAuth");
  const own = spec?.credentials ?? [];
  if (own.length > 1 && typeof authentication === "string" && own.includes(authentication)) found.add(authentication);
  else own.forEach((kind) => found.add(kind));
  for (const kind of Object.keys((node.credentials ?? {}) as Named)) found.add(kind);
  return [...found];
}

export function NodeCredentials({ node, spec, fixed }: { node: NodeJson; spec: NodeSpec | undefined; fixed: boolean }) {
  const { types, all, look } = useVault();
  const [edited, setEdited] = useState<(Edited & { node: string }) | null>(null);
  const kinds = kindsOf(node, spec);
  const signs = "genericAuthType" in ((spec?.parameters.properties ?? {}) as object);
  const needed = kinds.length > 0 || signs;
  useEffect(() => {
    if (needed) look();
  }, [needed, look]);
  if (!needed) return null;
  const name = (kind: string, credential: { id: string; name: string } | null) => {
    const { [kind]: _, ...others } = (node.credentials ?? {}) as Named;
    const credentials = credential ? { ...others, [kind]: { id: credential.id, name: credential.name } } : others;
    useDraft.getState().change((doc) => patchNode(doc, node.id, { credentials: Object.keys(credentials).length ? credentials : undefined }));
  };
  const done = (kept?: CredentialDetail) => {
    look();
    if (kept) name(kept.type, kept);
  };
  return (
    <fieldset className="group credentials">
      <legend>Credentials</legend>
      {signs && <Signing node={node} types={types} fixed={fixed} />}
      {kinds.map((kind) => (
        <Chosen
          key={kind}
          kind={kind}
          type={types.get(kind)}
          known={(all ?? []).filter((each) => each.type === kind)}
          loaded={all !== null}
          named={((node.credentials ?? {}) as Named)[kind]}
          fixed={fixed}
          choose={(found) => name(kind, found)}
          edit={(what) => setEdited({ ...what, node: node.id })}
        />
      ))}
      <Editing edited={edited} type={edited ? types.get(edited.type) : undefined} close={() => setEdited(null)} done={done} />
    </fieldset>
  );
}

/** Which type of credential signs the requests of a node that takes any. */
function Signing({ node, types, fixed }: { node: NodeJson; types: Vault["types"]; fixed: boolean }) {
  const { authentication, genericAuthType, nodeCredentialType, ...rest } = node.parameters;
  const value = authentication === GENERIC ? genericAuthType : authentication === "predefinedCredentialType" ? nodeCredentialType : null;
  const data = [...types.values()].filter((each) => each.signs).map((each) => ({ value: each.name, label: each.title }));
  const choose = (kind: string | null) => {
    const generic = kind !== null && (kind.startsWith("http") || kind.startsWith("oAuth") || kind === "jwtAuth");
    const parameters = kind === null ? rest : generic ? { ...rest, authentication: GENERIC, genericAuthType: kind } : { ...rest, authentication: "predefinedCredentialType", nodeCredentialType: kind };
    useDraft.getState().change((doc) => patchNode(doc, node.id, { parameters, ...(kind === null ? { credentials: undefined } : {}) }));
  };
  return (
    <Select
      size="xs"
      label="Requests are signed with"
      placeholder="Nothing"
      clearable
      searchable
      readOnly={fixed}
      data={data}
      value={typeof value === "string" && value ? value : null}
      onChange={choose}
    />
  );
}

interface ChosenProps {
  kind: string;
  type: CredentialTypeDetail | undefined;
  known: CredentialSummary[];
  loaded: boolean;
  named: { id?: string; name?: string } | undefined;
  fixed: boolean;
  choose(credential: CredentialSummary | null): void;
  edit(what: Edited): void;
}

function Chosen({ kind, type, known, loaded, named, fixed, choose, edit }: ChosenProps) {
  const [trial, setTrial] = useState<Trial | null>(null);
  useEffect(() => setTrial(null), [named?.id]);
  const here = known.find((each) => each.id === named?.id);
  const title = type?.title ?? kind;
  const open = (id: string) => void call("GET /api/v1/credentials/{credential}", { path: { credential: id } }).then(edit, fail);
  const test = () => void call("POST /api/v1/credentials/{credential}/test", { path: { credential: here!.id }, body: {} }).then(setTrial, fail);
  const pick = (value: string | null) => {
    if (value === NEW) edit({ type: kind, name: title });
    else choose(known.find((each) => each.id === value) ?? null);
  };
  const data = [...known.map((each) => ({ value: each.id, label: each.name })), ...(type ? [{ value: NEW, label: `New ${title}…` }] : [])];
  return (
    <div className="credential">
      <Select size="xs" label={title} placeholder="Choose or make one" readOnly={fixed} clearable searchable={known.length > 8} data={data} value={here?.id ?? null} onChange={pick} />
      {here && !fixed && (
        <ActionIcon variant="subtle" color="gray" size={28} aria-label={`Change ${here.name}`} onClick={() => open(here.id)}>
          <Icon name="note" size={14} />
        </ActionIcon>
      )}
      {here && type?.testable && (
        <Button size="compact-xs" variant="default" aria-label={`Test ${here.name}`} onClick={test}>
          Test
        </Button>
      )}
      {loaded && named && !here && <div className="field-problem">There is no credential “{named.name ?? named.id}” here: choose one, or make it.</div>}
      {trial && (
        <div className={trial.ok ? "trial-good" : "field-problem"} role="status">
          {trial.message || (trial.ok ? "It works." : "It does not work.")}
        </div>
      )}
    </div>
  );
}
