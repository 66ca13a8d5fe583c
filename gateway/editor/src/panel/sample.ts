/** Samples: items made up after fields that are known, for a node that has not run or must not run. Pure. */
import type { NodeSpec } from "../gen/api";
import type { Item } from "./data";

const WORDS = ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron"];
const PEOPLE = ["Ada Byron", "Grace Hopper", "Alan Turing", "Edith Clarke", "Katherine Johnson"];
const DEEPEST = 6;

/** Makes items with the fields of those given; values are made up, alike each time. */
export function samples(given: readonly Item[], count: number): Item[] {
  if (given.length === 0) return [];
  return Array.from({ length: count }, (_, at) => ({ json: like(given[at % given.length]!.json ?? {}, at, "", 0) as Item["json"] }));
}

/** Gives what a node type's first telling example gives. */
export function exampleOf(spec: NodeSpec | undefined): Item[] {
  for (const example of spec?.examples ?? []) {
    const outputs = example.then as unknown;
    const first = Array.isArray(outputs) ? (outputs as unknown[]).find((each) => Array.isArray(each) && each.length > 0) : null;
    const items = (first ?? outputs) as unknown;
    if (Array.isArray(items) && items.length > 0 && items.every((each) => each && typeof each === "object")) {
      return (items as Item[]).map((each) => ("json" in each ? { json: each.json } : { json: each as Item["json"] }));
    }
  }
  return [];
}

function like(value: unknown, at: number, name: string, depth: number): unknown {
  if (depth > DEEPEST) return null;
  if (Array.isArray(value)) return value.slice(0, 3).map((each, place) => like(each, at + place, name, depth + 1));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, like(each, at, key, depth + 1)]));
  }
  switch (typeof value) {
    case "number":
      return Number.isInteger(value) ? at + 1 : Math.round((at + 1) * 1234) / 100;
    case "boolean":
      return at % 2 === 0;
    case "string":
      return text(value, name.toLowerCase(), at);
    default:
      return null;
  }
}

function text(value: string, name: string, at: number): string {
  const word = WORDS[at % WORDS.length]!;
  if (name.includes("mail") || /^\S+@\S+\.\S+$/.test(value)) return `${word}@example.com`;
  if (/^https?:/.test(value) || name.endsWith("url")) return `https://example.com/${word}`;
  if (/^\d{4}-\d{2}-\d{2}T/.test(value)) return new Date(Date.UTC(2025, 0, 1 + at, 9)).toISOString();
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return `2025-01-${String((at % 28) + 1).padStart(2, "0")}`;
  if (name === "id" || name.endsWith("_id") || name.endsWith("id")) return `${word}-${at + 1}`;
  if (name.includes("name")) return PEOPLE[at % PEOPLE.length]!;
  if (name.includes("phone")) return `+1 555 010${at % 10}`;
  return word;
}

const SECRET = /pass(word|wd|phrase)|secret|token|authori[sz]ation|cookie|api[-_]?key|credential|signature|session|private[-_]?key|ssn|iban|card[-_]?number|cvc|cvv/i;
const PERSONAL = /mail|phone|mobile|address|street|birth|first[-_]?name|last[-_]?name|^name$|full[-_]?name|user[-_]?name|^ip$|remote[-_]?addr/i;

/** Takes out of production data what is secret, and what is of people where that is wanted; lengths and shapes stay. */
export function redacted(items: readonly Item[], people: boolean): Item[] {
  return items.map((item) => ({ ...item, json: hide(item.json ?? {}, "", people) as Item["json"] }));
}

function hide(value: unknown, name: string, people: boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => hide(each, name, people));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, SECRET.test(key) && typeof each !== "object" ? "hidden" : hide(each, key, people)]));
  }
  if (!people || typeof value !== "string") return value;
  if (/^\S+@\S+\.\S+$/.test(value)) return "somebody@example.com";
  return PERSONAL.test(name) ? value.replace(/\p{Lu}/gu, "X").replace(/\p{Ll}/gu, "x").replace(/\d/g, "0") : value;
}
