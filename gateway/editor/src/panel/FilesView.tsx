/** The files that items carry: what each is, a look at pictures and texts, and saving them. */
import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { send } from "../api/client";
import { fail } from "../shell/notices";
import { keep } from "../shell/saving";
import type { Item, Place } from "./data";

interface Part {
  data?: string;
  mimeType?: string;
  fileName?: string;
  fileSize?: string;
  fileExtension?: string;
}

interface FileProps {
  part: Part;
  name: string;
  item: number;
  place: Place | null;
}

const PICTURES = /^image\/(png|jpe?g|gif|webp|bmp|x-icon)$/;

export function FilesView({ items, first, place }: { items: readonly Item[]; first: number; place: Place | null }) {
  const files = items.flatMap((item, at) =>
    Object.entries(item.binary ?? {}).map(([name, part]) => ({ name, part: part as Part, item: first + at })),
  );
  if (files.length === 0) return <div className="data-none">These items carry no files.</div>;
  return (
    <div className="files">
      {files.map((file) => (
        <File key={`${file.item} ${file.name}`} {...file} place={place} />
      ))}
    </div>
  );
}

function File({ part, name, item, place }: FileProps) {
  const [shown, setShown] = useState<string | null>(null);
  useEffect(() => () => void (shown && URL.revokeObjectURL(shown)), [shown]);
  const picture = PICTURES.test(part.mimeType ?? "");
  const title = part.fileName ?? name;
  const look = () => read({ part, name, item, place }).then((blob) => setShown(URL.createObjectURL(blob)), fail);
  return (
    <div className="file">
      <div>
        <b>{title}</b>
        <div className="dim">{[name, part.mimeType, part.fileSize, `item ${item}`].filter(Boolean).join(" · ")}</div>
      </div>
      <div className="bar-gap" />
      {picture && !shown && (
        <Button size="compact-xs" variant="default" aria-label={`Show ${title}`} onClick={() => void look()}>
          Show
        </Button>
      )}
      <Button size="compact-xs" variant="default" aria-label={`Save ${title}`} onClick={() => void save({ part, name, item, place }).catch(fail)}>
        Save
      </Button>
      {shown && <img src={shown} alt={title} />}
    </div>
  );
}

async function read({ part, name, item, place }: FileProps): Promise<Blob> {
  const type = PICTURES.test(part.mimeType ?? "") ? part.mimeType : "application/octet-stream";
  if (!place) return new Blob([Uint8Array.from(atob(part.data ?? ""), (char) => char.charCodeAt(0))], { type });
  const { execution, ...at } = place;
  const answer = await send("GET /api/v1/executions/{execution}/file", { path: { execution }, query: { ...at, item, name } });
  return new Blob([await answer.arrayBuffer()], { type });
}

async function save(file: FileProps): Promise<void> {
  keep(await read(file), file.part.fileName ?? file.name);
}
