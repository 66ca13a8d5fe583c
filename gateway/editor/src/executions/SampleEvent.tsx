/** An event to send by a click: made of what the workflow reads, in a known shape, or one's own. */
import { Button, Select, Textarea } from "@mantine/core";
import { useMemo, useState } from "react";
import type { Doc } from "../canvas/document";
import { reason } from "../api/client";
import { Icon } from "../shell/icons";
import { Snippet, curl, parameters } from "./Snippet";
import { SHAPES, eventOf, keepSample, keptSample } from "./sampling";

const READ = "What this workflow reads";
const OWN = "My own";
const LONGEST_ANSWER = 2_000;

interface Props {
  workflow: string;
  doc: Doc;
  method: string;
  urls: readonly string[];
}

export function SampleEvent({ workflow, doc, method, urls }: Props) {
  const sample = useSample(workflow, doc);
  const [answer, setAnswer] = useState<{ text: string; good: boolean } | null>(null);
  const [sending, setSending] = useState(false);
  const post = async () => {
    setSending(true);
    keepSample(workflow, sample.text);
    setAnswer(await sent(method, urls[0]!, sample.text));
    setSending(false);
  };
  return (
    <>
      <div className="sample-head">
        <Select
          aria-label="Sample event"
          size="xs"
          w={200}
          allowDeselect={false}
          comboboxProps={{ position: "top" }}
          data={[...(sample.reads ? [READ] : []), ...Object.keys(SHAPES), OWN]}
          value={sample.shape}
          onChange={(shape) => shape && sample.choose(shape)}
        />
        <Button size="xs" variant="default" leftSection={<Icon name="refresh" size={14} />} disabled={sample.shape === OWN} onClick={sample.another}>
          Another
        </Button>
        <div className="bar-gap" />
        <Button size="xs" loading={sending} leftSection={<Icon name="play" size={13} />} onClick={() => void post()}>
          Send it
        </Button>
      </div>
      <Textarea
        aria-label="Event as JSON"
        classNames={{ input: "sample-text" }}
        autosize
        minRows={2}
        maxRows={7}
        spellCheck={false}
        value={sample.text}
        onChange={(event) => sample.write(event.currentTarget.value)}
      />
      {urls.map((url) => (
        <Snippet key={url} text={curl(method, url, sample.text)} />
      ))}
      <div role="status">
        {answer && <pre className={`sample-answer${answer.good ? "" : " sample-bad"}`} tabIndex={0}>{answer.text}</pre>}
      </div>
    </>
  );
}

function useSample(workflow: string, doc: Doc) {
  const reads = useMemo(() => eventOf(doc, 0) !== null, [doc]);
  const [shape, setShape] = useState(() => (keptSample(workflow) !== null ? OWN : reads ? READ : "Contact form"));
  const [count, setCount] = useState(0);
  const [own, setOwn] = useState(() => keptSample(workflow) ?? "{}");
  const make = (of: string, n: number) => JSON.stringify(of === READ ? eventOf(doc, n) : (SHAPES[of]?.(n) ?? null), null, 2);
  const made = useMemo(() => (shape === OWN ? "" : make(shape, count)), [doc, shape, count]);
  const text = shape === OWN ? own : made;
  return {
    reads,
    shape,
    text,
    choose(of: string) {
      if (of === OWN) setOwn(text);
      setShape(of);
    },
    another: () => setCount((n) => n + 1),
    write(given: string) {
      setOwn(given);
      setShape(OWN);
    },
  };
}

/** Sends an event to a test address by the way this page came: a proxy may know it by another name. */
async function sent(method: string, url: string, body: string): Promise<{ text: string; good: boolean }> {
  const base = document.baseURI.replace(/[#?].*$/, "").replace(/\/[^/]*$/, "");
  const query = parameters(method, body);
  const path = base + url.slice(url.indexOf("/w-test/"));
  try {
    const answer = await fetch(query ? `${path}?${query}` : path, {
      method,
      headers: query === null ? { "content-type": "application/json" } : {},
      body: query === null ? body : undefined,
    });
    const text = await answer.text();
    return { text: `${answer.status} ${answer.statusText}\n${text.slice(0, LONGEST_ANSWER)}`.trim(), good: answer.ok };
  } catch (error) {
    return { text: reason(error), good: false };
  }
}
