import { describe, expect, it } from "vitest";
import { cursorScope, decodeCursor } from "./cursor.ts";
import { type ListOptions, listResponse } from "./list.ts";

interface Row {
  id: string;
  position: number;
  content: string;
}

const scope = cursorScope("position", { route: "listMessages" });

const rowsOf = (count: number, content = "x"): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `tz4a98xxat96iws9zmbr${String(index).padStart(4, "0")}`,
    position: index,
    content,
  }));

function page(rows: Row[], limit: number, changed: Partial<ListOptions<Row, "position">> = {}) {
  const response = listResponse({
    rows,
    limit,
    cursorOf: (row) => ({ key: row.position, id: row.id }),
    scope,
    path: "/v1/conversations/c/messages",
    query: { limit, order: "desc", q: "50% & more", role: undefined, includeTotal: false },
    ...changed,
  });
  const body = response.body as { data: Row[]; nextCursor: string | null; total?: number };
  return { ...body, link: response.headers?.Link };
}

describe("a page", () => {
  it("has no next one when nothing is left", () => {
    expect(page(rowsOf(2), 2)).toMatchObject({ data: rowsOf(2), nextCursor: null, link: undefined });
    expect(page([], 20)).toMatchObject({ data: [], nextCursor: null });
  });

  it("leads to the next one behind its last row", () => {
    const { data, nextCursor } = page(rowsOf(3), 2);
    expect(data).toHaveLength(2);
    expect(decodeCursor(nextCursor ?? "", scope)).toEqual({ key: 1, id: rowsOf(2)[1]?.id });
  });

  it("links to the next one with the same filters", () => {
    const { link, nextCursor } = page(rowsOf(3), 2);
    expect(link).toBe(
      `</v1/conversations/c/messages?limit=2&order=desc&q=50%25+%26+more&includeTotal=false&cursor=${nextCursor}>; rel="next"`,
    );
  });

  it("shows rows as they are rendered", () => {
    expect(page(rowsOf(1), 20, { render: (row) => row.position }).data).toEqual([0]);
  });

  it("has a total only when asked for", () => {
    expect(page(rowsOf(1), 20)).not.toHaveProperty("total");
    expect(page(rowsOf(1), 20, { total: 7 }).total).toBe(7);
  });

  it("stops at 4 MB and goes on behind the last row shown", () => {
    const rows = rowsOf(100, "ä".repeat(32_768));
    const { data, nextCursor } = page(rows, 100);
    const bytes = Buffer.byteLength(JSON.stringify(data));
    expect(bytes).toBeLessThan(4 * 1024 * 1024);
    expect(bytes).toBeGreaterThan(4 * 1024 * 1024 - 70_000);
    expect(decodeCursor(nextCursor ?? "", scope)?.key).toBe(data.length - 1);
  });

  it("shows a row that is larger than a page by itself", () => {
    expect(page(rowsOf(2, "x".repeat(5_000_000)), 2).data).toHaveLength(1);
  });
});
