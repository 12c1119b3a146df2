import type { ContentBlockParam, RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages";
import type { ToolCall } from "../../provider.ts";

/** Puts the streamed content of one message together again. */
export interface BlockReader {
  read(event: RawMessageStreamEvent): void;
  /** The calls so far. */
  calls(): ToolCall[];
  /** The message as Anthropic wants it back. */
  content(): ContentBlockParam[];
}

interface OpenBlock {
  /** Blocks of other kinds (a server's own tools) are never asked for. */
  block: Extract<ContentBlockParam, { type: "text" | "thinking" | "redacted_thinking" | "tool_use" }>;
  written: string;
}

/** A tool's arguments as an object; what is none counts as no arguments. */
export function inputOf(written: string): Record<string, unknown> {
  try {
    const input: unknown = JSON.parse(written);
    return typeof input === "object" && input !== null && !Array.isArray(input) ? { ...input } : {};
  } catch {
    return {};
  }
}

type StartedBlock = Extract<RawMessageStreamEvent, { type: "content_block_start" }>["content_block"];
type Delta = Extract<RawMessageStreamEvent, { type: "content_block_delta" }>["delta"];

function start(block: StartedBlock): OpenBlock["block"] | undefined {
  switch (block.type) {
    case "text":
      return { type: "text", text: block.text };
    case "thinking":
      return { type: "thinking", thinking: block.thinking, signature: block.signature };
    case "redacted_thinking":
      return { type: "redacted_thinking", data: block.data };
    case "tool_use":
      return { type: "tool_use", id: block.id, name: block.name, input: {} };
    default:
      return undefined;
  }
}

function extend(open: OpenBlock, delta: Delta): void {
  const { block } = open;
  if (delta.type === "input_json_delta") open.written += delta.partial_json;
  else if (delta.type === "text_delta" && block.type === "text") block.text += delta.text;
  else if (delta.type === "thinking_delta" && block.type === "thinking") block.thinking += delta.thinking;
  else if (delta.type === "signature_delta" && block.type === "thinking") block.signature += delta.signature;
}

/** A reader for one message. */
export function createBlockReader(): BlockReader {
  const blocks = new Map<number, OpenBlock>();
  return {
    read(event) {
      if (event.type === "content_block_start") {
        const block = start(event.content_block);
        if (block !== undefined) blocks.set(event.index, { block, written: "" });
      } else if (event.type === "content_block_delta") {
        const open = blocks.get(event.index);
        if (open !== undefined) extend(open, event.delta);
      }
    },
    calls: () =>
      [...blocks.values()].flatMap(({ block, written }) =>
        block.type === "tool_use" ? [{ id: block.id, name: block.name, arguments: written || "{}" }] : [],
      ),
    content: () =>
      [...blocks.values()]
        .map(({ block, written }) =>
          block.type === "tool_use" ? { ...block, input: inputOf(written) } : block,
        )
        // An empty text block is refused when it comes back.
        .filter((block) => block.type !== "text" || block.text.trim() !== ""),
  };
}
