/** CSV: a table as a file of its user, and such a file as rows. */
import { call, send } from "../api/client";
import type { DataTable } from "../gen/api";
import { keep } from "../shell/saving";

export async function saveCsv(table: DataTable): Promise<void> {
  const answer = await send("GET /api/v1/data-tables/{table}/csv", { path: { table: table.id } });
  keep(await answer.blob(), `${table.name}.csv`);
}

/** Adds the rows of a file; gives how many. */
export async function bringCsv(table: DataTable, file: File): Promise<number> {
  const body = { csv: await file.text() };
  return (await call("POST /api/v1/data-tables/{table}/csv", { path: { table: table.id }, body })).rows;
}

/** Makes a table of a file, called as it is. */
export async function tableOf(file: File): Promise<DataTable> {
  const body = { name: file.name.replace(/\.\w+$/, ""), csv: await file.text() };
  return call("POST /api/v1/data-tables/csv", { body });
}
