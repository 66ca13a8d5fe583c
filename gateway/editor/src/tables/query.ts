/** Which rows of a data table are shown: what they have to fulfil, and in which order. */
import type { ConditionBody, RowsBody } from "../gen/api";
import { asValue } from "./values";

type Operator = NonNullable<ConditionBody["operator"]>;
type Column = { name: string; type: string };

export interface Condition {
  column: string;
  operator: Operator;
  text: string;
}

export interface Sorting {
  column: string;
  descending: boolean;
}

const SAME: [Operator, string][] = [["eq", "is"], ["neq", "is not"]];
const EMPTY: [Operator, string][] = [["isEmpty", "is empty"], ["isNotEmpty", "is not empty"]];
const ORDERED: [Operator, string][] = [["gt", ">"], ["gte", "≥"], ["lt", "<"], ["lte", "≤"]];
const OFFERS: Record<string, [Operator, string][]> = {
  string: [["ilike", "contains"], ...SAME, ...EMPTY],
  number: [...SAME, ...ORDERED, ...EMPTY],
  date: [...ORDERED, ...SAME, ...EMPTY],
  boolean: [["isTrue", "is true"], ["isFalse", "is false"], ...EMPTY],
};
const ALONE = new Set<Operator>(["isEmpty", "isNotEmpty", "isTrue", "isFalse"]);

/** Columns that every table has, and the table's own. */
export function columnsOf(columns: readonly Column[]): Column[] {
  return [{ name: "id", type: "number" }, ...columns, { name: "createdAt", type: "date" }, { name: "updatedAt", type: "date" }];
}

export function offersFor(type: string): { value: Operator; label: string }[] {
  return (OFFERS[type] ?? OFFERS.string!).map(([value, label]) => ({ value, label }));
}

/** Whether a comparison needs something to compare with. */
export function needsText(operator: Operator): boolean {
  return !ALONE.has(operator);
}

/** Gives the query; conditions that are not finished count for nothing yet. */
export function queryOf(columns: readonly Column[], conditions: readonly Condition[], sorting: Sorting): RowsBody {
  const known = new Map(columnsOf(columns).map((column) => [column.name, column]));
  const whole = conditions.filter((each) => known.has(each.column) && (!needsText(each.operator) || each.text.trim() !== ""));
  const asked = whole.map(({ column, operator, text }): ConditionBody => {
    if (operator === "ilike") return { column, operator, value: `%${text}%` };
    return { column, operator, value: needsText(operator) ? asValue(known.get(column)!, text) : null };
  });
  return { conditions: asked, orderBy: known.has(sorting.column) ? sorting.column : "id", descending: sorting.descending };
}
