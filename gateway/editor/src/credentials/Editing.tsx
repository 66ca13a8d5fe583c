/** One credential: its fields, made of its type's JSON Schema; tried, connected and kept. */
import { Alert, Button, Modal, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { call } from "../api/client";
import type { CredentialDetail, CredentialTypeDetail, Trial } from "../gen/api";
import { fail, say } from "../shell/notices";
import { type FieldSchema, SecretField } from "./SecretField";

/** A credential that is there, or the beginning of a new one. */
export type Edited = Pick<CredentialDetail, "name" | "type"> & Partial<CredentialDetail>;

interface Props {
  edited: Edited | null;
  type?: CredentialTypeDetail;
  close(): void;
  /** It was kept. */
  done(kept?: CredentialDetail): void;
}

export function Editing({ edited, type, close, done }: Props) {
  const [name, setName] = useState("");
  const [data, setData] = useState<Record<string, unknown>>({});
  const [trial, setTrial] = useState<Trial | null>(null);
  useEffect(() => {
    setName(edited?.name ?? "");
    setData(edited?.data ?? {});
    setTrial(null);
  }, [edited]);
  if (!edited || !type) return null;

  const keep = async () => {
    if (!edited.id) return call("POST /api/v1/credentials", { body: { name, type: edited.type, data } });
    const path = { credential: edited.id };
    return call("PUT /api/v1/credentials/{credential}", { path, body: { name, data }, revision: edited.revision });
  };
  const save = () => keep().then((kept) => (done(kept), close()), fail);
  const test = () => {
    const body = { type: edited.type, data, id: edited.id ?? null };
    call("POST /api/v1/credentials/test", { body }).then(setTrial, fail);
  };
  const connect = async () => {
    try {
      const kept = await keep();
      const { url } = await call("POST /api/v1/credentials/{credential}/oauth/start", { path: { credential: kept.id } });
      window.open(url, "_blank", "noopener");
      say("Go on in the window that opened");
      done(kept);
      close();
    } catch (error) {
      fail(error);
    }
  };
  const fields = Object.entries((type.fields.properties ?? {}) as Record<string, FieldSchema>);
  const needed = new Set((type.fields.required as string[] | undefined) ?? []);
  return (
    <Modal opened onClose={close} title={type.title} size="md" centered>
      <p className="dim">{type.summary}</p>
      <TextInput label="Name" data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
      {fields.map(([key, schema]) => (
        <SecretField
          key={key}
          name={key}
          schema={schema}
          needed={needed.has(key)}
          value={data[key]}
          change={(value) => setData((before) => ({ ...before, [key]: value }))}
        />
      ))}
      {trial && (
        <Alert mt="sm" color={trial.ok ? "teal" : "red"} role="status">
          {trial.message || (trial.ok ? "It works." : "It does not work.")}
        </Alert>
      )}
      <div className="modal-foot">
        {type.testable && (
          <Button variant="default" size="xs" onClick={test}>
            Test
          </Button>
        )}
        {type.oauth && (
          <Button variant="default" size="xs" onClick={() => void connect()}>
            {edited.connected ? "Connect again" : "Save and connect"}
          </Button>
        )}
        <div className="bar-gap" />
        <Button variant="default" size="xs" onClick={close}>
          Cancel
        </Button>
        <Button size="xs" disabled={!name.trim()} onClick={() => void save()}>
          Save
        </Button>
      </div>
    </Modal>
  );
}
