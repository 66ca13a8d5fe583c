/** One dead letter: all that is known of it, its items to change, and driving it again. */
import { Button, Checkbox, Loader, Modal } from "@mantine/core";
import { useEffect, useState } from "react";
import { call } from "../api/client";
import type { LetterDetail, StartItem } from "../gen/api";
import CodeField from "../panel/CodeField";
import { Icon } from "../shell/icons";
import { fail, say } from "../shell/notices";
import { href } from "../shell/route";
import { moment } from "../shell/words";

export function Letter({ id, close, driven }: { id: string | null; close(): void; driven(): void }) {
  const [letter, setLetter] = useState<LetterDetail | null>(null);
  const [text, setText] = useState("");
  const [present, setPresent] = useState(false);
  useEffect(() => {
    setLetter(null);
    if (!id) return;
    call("GET /api/v1/dead-letters/{letter}", { path: { letter: id } }).then((found) => {
      setLetter(found);
      setText(JSON.stringify(found.items ?? found.raw ?? null, null, 2));
    }, fail);
  }, [id]);
  const again = async () => {
    if (!letter) return;
    try {
      const given = JSON.parse(text) as unknown;
      const version = present && letter.workflow ? await versionOf(letter.workflow) : null;
      const body = letter.items ? { items: given as StartItem[], version } : { value: given, version };
      const done = await call("POST /api/v1/dead-letters/{letter}/redrive", { path: { letter: letter.id }, body });
      say(`Driven again as execution ${done.execution}`, "good");
      driven();
      close();
    } catch (error) {
      fail(error);
    }
  };
  return (
    <Modal opened={id !== null} onClose={close} title="Dead letter" size="lg" centered>
      {!letter && <Loader size="sm" />}
      {letter && (
        <>
          <p className="letter-reason">{letter.reason}</p>
          <p className="dim">
            {moment(letter.at)} · {letter.topic} {letter.partition}:{letter.offset}
            {letter.node && ` · ${letter.node}`}
            {letter.workflow && letter.execution && (
              <>
                {" · "}
                <a href={href({ page: "execution", workflow: letter.workflow, execution: letter.execution })}>its execution</a>
              </>
            )}
            {letter.redriven && " · was driven again already"}
          </p>
          <div className="letter-items">
            <CodeField label="Items" media="application/json" value={text} fixed={Boolean(letter.redriven)} change={setText} />
          </div>
          {letter.workflow && !letter.redriven && (
            <Checkbox
              mt="sm"
              size="xs"
              label="Run what the workflow is now, not the version that it was for"
              checked={present}
              onChange={(event) => setPresent(event.currentTarget.checked)}
            />
          )}
          <div className="modal-foot">
            <Button variant="default" size="xs" onClick={close}>
              Close
            </Button>
            <Button size="xs" leftSection={<Icon name="redo" size={14} />} disabled={Boolean(letter.redriven)} onClick={() => void again()}>
              Drive it again
            </Button>
          </div>
        </>
      )}
    </Modal>
  );
}

async function versionOf(workflow: string): Promise<string> {
  const { publishedVersionId, versionId } = await call("GET /api/v1/workflows/{workflow}", { path: { workflow } });
  return publishedVersionId ?? versionId;
}
