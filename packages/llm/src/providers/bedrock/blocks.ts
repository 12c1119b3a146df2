import type {
  ContentBlock,
  ContentBlockDeltaEvent,
  ContentBlockStartEvent,
  ReasoningContentBlockDelta,
} from "@aws-sdk/client-bedrock-runtime";
import { parsedObject } from "../../json-shape.ts";
import type { ToolCall } from "../../provider.ts";

/** Puts the streamed content of one message together again. */
export interface BlockReader {
  start(event: ContentBlockStartEvent): void;
  extend(event: ContentBlockDeltaEvent): void;
  /** The calls so far. */
  calls(): ToolCall[];
  /** The message as Bedrock wants it back. */
  content(): ContentBlock[];
}

interface OpenBlock {
  call?: { readonly id: string; readonly name: string };
  /** Of a call, its input in parts. */
  text: string;
  isThought: boolean;
  signature: string | undefined;
  redacted: Uint8Array[];
}

/** A reader for one message. */
export function createBlockReader(): BlockReader {
  const blocks = new Map<number, OpenBlock>();

  function blockAt(index = 0): OpenBlock {
    const block = blocks.get(index) ?? { text: "", isThought: false, signature: undefined, redacted: [] };
    blocks.set(index, block);
    return block;
  }

  return {
    start({ contentBlockIndex, start }) {
      const { toolUseId, name } = start?.toolUse ?? {};
      if (toolUseId !== undefined && name !== undefined) {
        blockAt(contentBlockIndex).call = { id: toolUseId, name };
      }
    },
    extend({ contentBlockIndex, delta }) {
      const block = blockAt(contentBlockIndex);
      block.text += delta?.text ?? delta?.toolUse?.input ?? "";
      if (delta?.reasoningContent) extendThought(block, delta.reasoningContent);
    },
    calls: () =>
      [...blocks.values()].flatMap(({ call, text }) => (call ? [{ ...call, arguments: text || "{}" }] : [])),
    content: () => [...blocks.values()].flatMap(toContent),
  };
}

function extendThought(block: OpenBlock, thought: ReasoningContentBlockDelta): void {
  block.isThought = true;
  block.text += thought.text ?? "";
  block.signature = thought.signature ?? block.signature;
  if (thought.redactedContent) block.redacted.push(thought.redactedContent);
}

function toContent({ call, text, isThought, signature, redacted }: OpenBlock): ContentBlock[] {
  if (call) {
    const { id: toolUseId, name } = call;
    return [{ toolUse: { toolUseId, name, input: parsedObject(text) as never } }];
  }
  if (redacted.length > 0) return [{ reasoningContent: { redactedContent: Buffer.concat(redacted) } }];
  if (isThought) return [{ reasoningContent: { reasoningText: { text, signature } } }];
  // An empty text block is refused when it comes back.
  return text.trim() === "" ? [] : [{ text }];
}
