import { type JsonObject, presentFields, property, textOf } from "../../json-shape.ts";
import type { ToolCall } from "../../provider.ts";

/** Puts the streamed parts of tool calls together again. */
export interface CallParts {
  add(part: unknown): void;
  calls(): ToolCall[];
  /** The calls as they go back, with whatever else the server said of them. */
  asSent(): JsonObject[];
}

interface OpenCall {
  id: string | undefined;
  index: unknown;
  name: string;
  arguments: string;
  /** Such as Google's thought signatures. */
  more: JsonObject;
  moreOfFunction: JsonObject;
}

function isWhole(json: string): boolean {
  try {
    return typeof JSON.parse(json) === "object";
  } catch {
    return false;
  }
}

/** Servers send a name once, in every part, or growing. */
function joinNames(known: string, name: string): string {
  return name.startsWith(known) ? name : known + name;
}

type Part = Pick<OpenCall, "id" | "index" | "name" | "arguments">;

function read(part: unknown): Part {
  const id = property(part, "id") || undefined;
  const written = property(part, "function", "arguments") ?? "";
  return {
    id: id === undefined ? undefined : String(id),
    index: property(part, "index") ?? undefined,
    name: textOf(property(part, "function", "name")) ?? "",
    arguments: typeof written === "string" ? written : JSON.stringify(written),
  };
}

/** Parts of a call share an index; but servers leave it out, give all calls the same, or repeat the id in each part. */
function findCall(calls: readonly OpenCall[], part: Part): OpenCall | undefined {
  const { id, index, name } = part;
  const known = id === undefined ? undefined : calls.findLast((call) => call.id === id);
  if (known !== undefined && (index === undefined || known.index === index)) return known;
  const open = index === undefined ? calls.at(-1) : calls.findLast((call) => call.index === index);
  if (open === undefined || name === "") return open;
  if (id !== undefined && open.id !== undefined) return undefined;
  // A name again begins another call, unless it only repeats the open one's.
  const isRepeated = name === open.name && part.arguments === "";
  return isWhole(open.arguments) && !isRepeated ? undefined : open;
}

/** For the calls of one answer. */
export function createCallParts(): CallParts {
  const open: OpenCall[] = [];

  function start({ id, index }: Part): OpenCall {
    const call = { id, index, name: "", arguments: "", more: {}, moreOfFunction: {} };
    open.push(call);
    return call;
  }

  /** Results name the call they belong to, so no two may have one id. */
  function idOf({ id }: OpenCall, place: number): string {
    const isTaken = open.findIndex((call) => call.id === id) < place;
    return id === undefined || isTaken ? `call_${place}` : id;
  }

  return {
    add(value) {
      const part = read(value);
      const call = findCall(open, part) ?? start(part);
      call.id ??= part.id;
      call.name = joinNames(call.name, part.name);
      call.arguments += part.arguments;
      call.more = { ...call.more, ...presentFields(value) };
      call.moreOfFunction = { ...call.moreOfFunction, ...presentFields(property(value, "function")) };
    },
    calls: () =>
      open.map((call, place) => ({ id: idOf(call, place), name: call.name, arguments: call.arguments })),
    asSent: () =>
      open.map((call, place) => {
        const { index: _, ...more } = call.more;
        const written = { ...call.moreOfFunction, name: call.name, arguments: call.arguments };
        return { ...more, id: idOf(call, place), type: "function", function: written };
      }),
  };
}
