import { type JsonObject, objectOf, parsedObject, textOf } from "../../json-shape.ts";
import type { ToolCall } from "../../provider.ts";

/** Puts the streamed content of one message together again. */
export interface BlockReader {
  start(index: unknown, block: JsonObject): void;
  extend(index: unknown, delta: JsonObject): void;
  /** The calls so far. */
  calls(): ToolCall[];
  /** The message as Anthropic wants it back. */
  content(): JsonObject[];
}

interface OpenBlock {
  readonly index: unknown;
  block: Record<string, unknown>;
  /** The input of a call, in parts. */
  written: string;
}

/** Which field of which block a delta goes on with. */
const TEXT_DELTAS = new Map([
  ["text_delta", { type: "text", field: "text" }],
  ["thinking_delta", { type: "thinking", field: "thinking" }],
  ["signature_delta", { type: "thinking", field: "signature" }],
]);

/** A reader for one message. */
export function createBlockReader(): BlockReader {
  const blocks: OpenBlock[] = [];

  function open(index: unknown, block: Record<string, unknown>): OpenBlock {
    const started = { index, block, written: "" };
    blocks.push(started);
    return started;
  }

  return {
    start(index, block) {
      const id = textOf(block.id) ?? `call_${blocks.length}`;
      open(index, block.type === "tool_use" ? { ...block, id } : { ...block });
    },
    extend(index, delta) {
      const known = blocks.findLast((each) => each.index === index);
      const text = TEXT_DELTAS.get(String(delta.type));
      if (text !== undefined) {
        // Compatible servers do not announce every block.
        const { block } = known ?? open(index, { type: text.type });
        block[text.field] = (textOf(block[text.field]) ?? "") + (textOf(delta[text.field]) ?? "");
      } else if (known !== undefined) known.written += textOf(delta.partial_json) ?? "";
    },
    calls: () => blocks.filter(isCall).map(toCall),
    content: () =>
      blocks
        .map((each) =>
          isCall(each) ? { ...each.block, input: parsedObject(argumentsOf(each)) } : each.block,
        )
        // An empty text block is refused when it comes back.
        .filter(({ type, text }) => type !== "text" || textOf(text)?.trim() !== ""),
  };
}

function isCall({ block }: OpenBlock): boolean {
  return block.type === "tool_use";
}

/** Compatible servers give the whole input at once. */
function argumentsOf({ block, written }: OpenBlock): string {
  if (written !== "") return written;
  return typeof block.input === "string" ? block.input : JSON.stringify(objectOf(block.input));
}

function toCall(call: OpenBlock): ToolCall {
  const { id, name } = call.block;
  return { id: String(id), name: textOf(name) ?? "", arguments: argumentsOf(call) };
}
