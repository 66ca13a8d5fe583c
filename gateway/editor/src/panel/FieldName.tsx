/** The name of a field of the data: dragged or clicked it goes into a parameter. */
import { reading } from "./data";
import { FIELD, use } from "./target";

interface Props {
  path: readonly (string | number)[];
  /** Undefined: it is only a name. */
  node: string | null | undefined;
}

export function FieldName({ path, node }: Props) {
  const last = path.at(-1);
  const text = typeof last === "number" ? `[${last}]` : String(last);
  if (node === undefined) return <>{text}</>;
  const expression = reading(path, node);
  return (
    <button
      type="button"
      className="field-name"
      draggable
      title={`${expression}: drag it into a parameter, or click to write it where you wrote last`}
      onDragStart={(event) => event.dataTransfer.setData(FIELD, expression)}
      // What is written in keeps the focus.
      onMouseDown={(event) => event.stopPropagation()}
      onClick={(event) => {
        event.stopPropagation();
        use(expression);
      }}
    >
      {text}
    </button>
  );
}
