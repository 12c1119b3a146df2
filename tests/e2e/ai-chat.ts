import { createParley, type ParleyOptions } from "@parley/client";
import { ParleyChatTransport } from "@parley/client/ai-sdk";
import { AbstractChat, type ChatInit, type ChatState, type ChatStatus, type UIMessage } from "ai";

export const textOf = (message: UIMessage | undefined) =>
  (message?.parts ?? []).map((part) => (part.type === "text" ? part.text : "")).join("");

/** What a page would show. */
class ShownState implements ChatState<UIMessage> {
  status: ChatStatus = "ready";
  error: Error | undefined;
  messages: UIMessage[];
  /** Every text of an answer that was shown, in order. */
  readonly shown: string[] = [];
  onShown: (text: string) => void = () => {};

  constructor(messages: UIMessage[] = []) {
    this.messages = messages;
  }

  pushMessage = (message: UIMessage) => {
    this.messages = [...this.messages, message];
  };

  popMessage = () => {
    this.messages = this.messages.slice(0, -1);
  };

  replaceMessage = (index: number, message: UIMessage) => {
    this.messages = this.messages.with(index, message);
    this.shown.push(textOf(message));
    this.onShown(textOf(message));
  };

  snapshot = <T>(thing: T): T => structuredClone(thing);
}

/** AI SDK's chat as its packages for React, Vue and others extend it. */
export class Chat extends AbstractChat<UIMessage> {
  readonly shown: ShownState;

  constructor({ messages, ...init }: ChatInit<UIMessage>) {
    const shown = new ShownState(messages);
    super({ ...init, state: shown });
    this.shown = shown;
  }
}

export interface Tab {
  transport: ParleyChatTransport;
  parley: ReturnType<typeof createParley>;
  open(init?: ChatInit<UIMessage>): Promise<Chat>;
}

/** A page of one user; a chat that is opened by its id begins with the messages that are stored. */
export function openTab(options: ParleyOptions, model?: string): Tab {
  const parley = createParley(options);
  const transport = new ParleyChatTransport({
    parley,
    ...(model !== undefined && { conversation: { model } }),
  });
  return {
    parley,
    transport,
    open: async (init = {}) => {
      const messages = init.messages ?? (init.id === undefined ? [] : await transport.loadMessages(init.id));
      return new Chat({ transport, ...init, messages });
    },
  };
}
