import { connect, type Socket } from "node:net";
import { createTestDatabase, type TestDatabase } from "@parley/embedded-postgres/test-database";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

let database: TestDatabase;
let client: postgres.Sql;
/** The first message of each write, by its letter: P parses, B binds. */
let written: string[] = [];

function recorded(socket: Socket): Socket {
  const write = socket.write.bind(socket);
  return Object.assign(socket, {
    write: (bytes: Buffer) => {
      written.push(bytes.toString("latin1", 0, 1));
      return write(bytes);
    },
  });
}

beforeAll(async () => {
  database = await createTestDatabase();
  const { hostname, port } = new URL(database.url);
  const socketOption: object = { socket: () => recorded(connect(Number(port), hostname)) };
  client = postgres(database.url, { ...socketOption, max: 1, fetch_types: false });
  await client`select 1`;
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

beforeEach(() => {
  written = [];
});

test("a statement of texts, numbers, truth values and nulls takes one round trip, the first time as well", async () => {
  const statement = "select $1::text || $2::int::text || $3::bool::text as joined, $4::text as missing";
  const answers = [];
  for (const values of [
    ["a", 1, true, null],
    ["b", 2, false, null],
  ]) {
    answers.push(...(await client.unsafe(statement, values as never[], { prepare: true })));
  }
  expect(answers).toEqual([
    { joined: "a1true", missing: null },
    { joined: "b2false", missing: null },
  ]);
  expect(written).toEqual(["P", "B"]);
});

test("a statement that fails leaves the connection and the statement as they were", async () => {
  const divide = (by: number) => client.unsafe("select 6 / $1::int as part", [by], { prepare: true });
  await expect(divide(0)).rejects.toMatchObject({ code: "22012" });
  await expect(client.unsafe("selekt $1", ["x"], { prepare: true })).rejects.toMatchObject({ code: "42601" });
  expect(await divide(2)).toEqual([{ part: 3 }]);
  expect(written).toEqual(["P", "P", "B"]);
});

test("times and bytes are written as the server's types want them", async () => {
  const values = [new Date("2026-01-02T03:04:05.678Z"), Buffer.from("b")];
  const text = "select $1::timestamptz as time, $2::bytea as bytes";
  const [row] = await client.unsafe(text, values as never[], { prepare: true });
  expect(row).toEqual({ time: values[0], bytes: values[1] });
});
