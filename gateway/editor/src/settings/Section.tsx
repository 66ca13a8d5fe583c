/** A section of the settings: a title, what it is about, and its fields. */
import { type ReactNode, useId } from "react";

export function Section({ title, about, children }: { title: string; about: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className="setting" aria-labelledby={id}>
      <div>
        <h2 id={id}>{title}</h2>
        <p className="dim">{about}</p>
      </div>
      <div className="setting-fields">{children}</div>
    </section>
  );
}
