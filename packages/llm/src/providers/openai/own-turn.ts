import { type JsonObject, objectOf, presentFields } from "../../json-shape.ts";

/** The model's turn as it goes back with the results of its tools: with what it thought, signed or not. */
export interface OwnTurn {
  add(delta: JsonObject): void;
  message(calls: readonly JsonObject[]): JsonObject;
}

// What the message has in another form, or what only tells about it.
const LEFT_OUT = new Set([
  "role",
  "content",
  "tool_calls",
  "function_call",
  "refusal",
  "audio",
  "annotations",
]);

function join(known: unknown, value: unknown): unknown {
  if (known === undefined || known === null) return value;
  if (typeof known === "string" && typeof value === "string") return known + value;
  if (Array.isArray(known) && Array.isArray(value)) return [...known, ...value];
  if (typeof known === "object" && typeof value === "object") return { ...known, ...value };
  return value ?? known;
}

function joinFields(known: JsonObject, more: JsonObject): JsonObject {
  const joined: Record<string, unknown> = { ...known };
  for (const [key, value] of Object.entries(more)) {
    joined[key] = key === "type" ? value : join(joined[key], value);
  }
  return joined;
}

/** A piece of a turn whose content is a list of parts. */
function toPart(piece: unknown): JsonObject {
  return typeof piece === "string" ? { type: "text", text: piece } : objectOf(piece);
}

function joinPart(parts: JsonObject[], piece: unknown): void {
  const part = toPart(piece);
  const last = parts.at(-1);
  if (last !== undefined && last.type === part.type) parts[parts.length - 1] = joinFields(last, part);
  else parts.push(part);
}

/** For one answer. */
export function createOwnTurn(): OwnTurn {
  let fields: JsonObject = {};
  let content: string | JsonObject[] | null = null;

  function addParts(pieces: readonly unknown[]): void {
    const parts = Array.isArray(content) ? content : [];
    if (typeof content === "string" && content !== "") joinPart(parts, content);
    for (const piece of pieces) joinPart(parts, piece);
    content = parts;
  }

  function addContent(value: unknown): void {
    if (value === undefined || value === null) return;
    if (typeof value === "string" && !Array.isArray(content)) content = (content ?? "") + value;
    else addParts(Array.isArray(value) ? value : [value]);
  }

  return {
    add(delta) {
      addContent(delta.content);
      const more = Object.entries(presentFields(delta)).filter(([key]) => !LEFT_OUT.has(key));
      fields = joinFields(fields, Object.fromEntries(more));
    },
    message: (calls) => ({ ...fields, role: "assistant", content, tool_calls: calls }),
  };
}
