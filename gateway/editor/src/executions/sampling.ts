/** Sample events: made of what a workflow reads, or in the shape that well-known services send. */
import type { Doc } from "../canvas/document";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const NAMES = ["Ada", "Grace", "Alan", "Katherine", "Edsger", "Barbara", "Donald", "Margaret"];
const CITIES = ["Oslo", "Lisbon", "Kyoto", "Quito", "Nairobi", "Toronto"];
const THINGS = ["lamp", "desk", "pen", "chair", "notebook"];
const LISTS = new Set(["map", "filter", "reduce", "forEach", "join", "length", "some", "every", "find", "flatMap", "slice"]);
/** `body`, then its fields: `.a`, `?.b`, `['c']`. */
const READ = /\bbody((?:\??\.[A-Za-z_$][\w$]*|(?:\?\.)?\[(?:'[^']*'|"[^"]*")\])+)(\()?/g;

export const SHAPES: Record<string, (n: number) => Json> = {
  "Contact form": (n) => ({ name: pick(NAMES, n), email: email(n), message: "I have a question about my order." }),
  Order: (n) => ({
    id: `order-${1000 + n}`,
    customer: pick(NAMES, n),
    items: [
      { sku: pick(THINGS, n), price: 40 + n, quantity: 2 },
      { sku: pick(THINGS, n + 2), price: 12.5, quantity: 1 + (n % 3) },
    ],
  }),
  Payment: (n) => ({
    id: `evt_${1000 + n}`,
    type: n % 4 === 3 ? "payment_intent.payment_failed" : "payment_intent.succeeded",
    data: { object: { amount: 1990 + 100 * n, currency: "eur", receipt_email: email(n) } },
  }),
  "Git push": (n) => ({
    ref: "refs/heads/main",
    repository: { full_name: "example/shop" },
    pusher: { name: pick(NAMES, n).toLowerCase() },
    commits: [{ id: `${1000 + n}abcdef`, message: `Mend the ${pick(THINGS, n)}`, author: { name: pick(NAMES, n) } }],
  }),
  "Sensor reading": (n) => ({ sensor: `room-${1 + (n % 3)}`, celsius: 18 + ((n * 7) % 90) / 10, at: new Date().toISOString() }),
};

/** Makes the event that a workflow's expressions read of a body; null where they read nothing of it. */
export function eventOf(doc: Doc, n: number): Json {
  const found: { [key: string]: Json } = {};
  for (const node of doc.nodes) for (const text of texts(node.parameters)) gather(text, n, found);
  return Object.keys(found).length ? found : null;
}

function gather(text: string, n: number, found: { [key: string]: Json }): void {
  for (const [, way = "", called] of text.matchAll(READ)) {
    const keys = [...way.matchAll(/\??\.([A-Za-z_$][\w$]*)|\[['"]([^'"]*)['"]\]/g)].map((each) => each[1] ?? each[2] ?? "");
    const last = keys.at(-1)!;
    const list = LISTS.has(last);
    if (called || list) keys.pop();
    if (keys.length) put(found, keys, list ? [{ name: pick(THINGS, n), price: 10 + n, quantity: 2 }] : guess(keys.at(-1)!, n));
  }
}

function put(into: { [key: string]: Json }, [first, ...rest]: string[], value: Json): void {
  const there = into[first!];
  const open = there !== null && typeof there === "object" && !Array.isArray(there);
  if (rest.length === 0) {
    if (!open) into[first!] ??= value;
  } else put(open ? there : ((into[first!] = {}) as { [key: string]: Json }), rest, value);
}

/** Guesses a value from its field's name. */
function guess(key: string, n: number): Json {
  const name = key.toLowerCase();
  if (/mail/.test(name)) return email(n);
  if (/(^|_)id$|uuid|number$/.test(name)) return `${name.replace(/_?id$/, "") || "id"}-${1000 + n}`;
  if (/price|amount|total|cost|sum/.test(name)) return 10 + ((n * 37) % 190) + 0.5;
  if (/qty|quantity|count|^age$|size/.test(name)) return 1 + ((n * 3) % 12);
  if (/date|time|_at$|^at$/.test(name)) return new Date().toISOString();
  if (/^(is|has)|active|enabled|urgent|paid/.test(name)) return n % 2 === 0;
  if (/url|link/.test(name)) return "https://example.com/";
  if (/city|place|town/.test(name)) return pick(CITIES, n);
  if (/lines|items|list|rows|entries/.test(name)) return [{ name: pick(THINGS, n), amount: 10 + n }];
  if (/name|customer|user|author|from|to$/.test(name)) return pick(NAMES, n);
  return pick(THINGS, n);
}

function* texts(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (value && typeof value === "object") for (const inner of Object.values(value)) yield* texts(inner);
}

const pick = (from: readonly string[], n: number): string => from[n % from.length]!;
const email = (n: number): string => `${pick(NAMES, n).toLowerCase()}@example.com`;

const KEY = "millrace.sample.";

/** The event that was last sent to a workflow from this tab, as text. */
export function keptSample(workflow: string): string | null {
  return sessionStorage.getItem(KEY + workflow);
}

export function keepSample(workflow: string, text: string): void {
  sessionStorage.setItem(KEY + workflow, text);
}
