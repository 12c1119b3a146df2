import { asc, eq, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { beginningOf, longestReadText } from "./beginning-of.ts";
import type { Database } from "./database.ts";
import { type ExportedTable, exportedTables } from "./owned-tables.ts";
import { messages, messageVersions } from "./schema/messages.ts";
import { replies } from "./schema/replies.ts";

/** Where a page of an export ended: behind the row of this key, or before the table's first where it is empty. */
export interface ExportPosition {
  table: string;
  key: readonly (string | number)[];
}

export interface ExportPage {
  /** One JSON text a row, without the line's end. */
  lines: string[];
  /** Undefined when there is no more. */
  next: ExportPosition | undefined;
}

export interface ExportLimits {
  /** Of the lines and their ends; one line is given even if it is longer. */
  bytes: number;
  /** Asked before each read. */
  hasTime: () => boolean;
}

type Row = Record<string, unknown>;

/** What a model may have written. */
const longTexts: readonly PgColumn[] = [messages.content, messageVersions.content, replies.partialText];

function readable(columns: ExportedTable["columns"]): Record<string, PgColumn | SQL.Aliased<string>> {
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [
      name,
      longTexts.includes(column) ? beginningOf(column).as(column.name) : column,
    ]),
  );
}

/** Of a text that no answer could hold there is only the beginning. */
function isCut(row: Row): boolean {
  return Object.values(row).some((value) => typeof value === "string" && value.length >= longestReadText);
}

const firstBatch = 100;
const largestBatch = 1_000;

async function readRows(
  database: Database,
  ownerId: string,
  { table, owner, key, columns }: ExportedTable,
  after: ExportPosition["key"],
  limit: number,
): Promise<Row[]> {
  const keyColumns = sql.join([...key], sql`, `);
  const values = sql.join(
    after.map((value) => sql`${value}`),
    sql`, `,
  );
  const behind = after.length === 0 ? sql`true` : sql`(${keyColumns}) > (${values})`;
  return database.run(async ({ orm }) =>
    orm
      .select(readable(columns))
      .from(table)
      .where(sql`${eq(owner, ownerId)} and ${behind}`)
      .orderBy(...key.map((column) => asc(column)))
      .limit(limit),
  );
}

/** The names under which a row has its key. */
function keyNames({ key, columns }: ExportedTable): string[] {
  return key.map((column) => {
    const [name] = Object.entries(columns).find(([, each]) => each === column) ?? [];
    if (name === undefined) throw new Error(`An export of ${column.name} must show it.`);
    return name;
  });
}

/** The lines so far, until one does not fit. */
function createPage(longest: number) {
  const lines: string[] = [];
  let bytes = 0;
  return {
    lines,
    /** False: the line is not on this page. */
    add(line: string): boolean {
      const size = Buffer.byteLength(line) + 1;
      if (lines.length > 0 && bytes + size > longest) return false;
      lines.push(line);
      bytes += size;
      return true;
    },
    /** How many rows like these still fit. */
    room(): number {
      if (lines.length === 0) return firstBatch;
      const fitting = Math.floor((longest - bytes) / (bytes / lines.length)) + 1;
      return Math.min(largestBatch, Math.max(1, fitting));
    },
  };
}

/**
 * The next rows of everything that belongs to a user, table by table. What is written meanwhile may be on a later
 * page or on none.
 */
export async function exportPage(
  database: Database,
  ownerId: string,
  from: ExportPosition | undefined,
  limits: ExportLimits,
): Promise<ExportPage> {
  const page = createPage(limits.bytes);
  let key = from?.key ?? [];
  const start = from === undefined ? 0 : exportedTables.findIndex(({ name }) => name === from.table);
  for (const table of exportedTables.slice(start)) {
    const names = keyNames(table);
    for (let isMore = true; isMore; ) {
      if (!limits.hasTime()) return { lines: page.lines, next: { table: table.name, key } };
      const limit = page.room();
      const rows = await readRows(database, ownerId, table, key, limit);
      for (const row of rows) {
        if (!page.add(JSON.stringify({ table: table.name, row, ...(isCut(row) && { isCut: true }) }))) {
          return { lines: page.lines, next: { table: table.name, key } };
        }
        key = names.map((name) => row[name] as string | number);
      }
      isMore = rows.length === limit;
    }
    key = [];
  }
  return { lines: page.lines, next: undefined };
}
