import { createParley, type ParleyOptions } from "@parley/client";
import { ParleyChatTransport } from "@parley/client/ai-sdk";
import { createPush } from "@parley/client/push";
import { AbstractChat, type ChatInit, type ChatState, type ChatStatus, type UIMessage } from "ai";
import { inject } from "vitest";
import type { User } from "./client.ts";

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

const tabs: Tab[] = [];
export function closeTabs(): void {
  for (const { parley } of tabs.splice(0)) parley.push?.close();
}

/** A page on the stack that all tests share. */
export function tabOf(user: User, model = "scripted/slow", more: Partial<ParleyOptions> = {}): Tab {
  const push = { create: createPush };
  const tab = openTab({ baseUrl: inject("stack").url, token: user.token, push, ...more }, model);
  tabs.push(tab);
  return tab;
}

/** When that many words of an answer are shown. */
export function shows(chat: Chat, words: number): Promise<void> {
  return new Promise((resolve) => {
    chat.shown.onShown = (text) => {
      if (text.split(" ").length > words) resolve();
    };
  });
}

/** The id by which another tab opens the chat. */
export function placeOf({ transport }: Tab, chat: Chat): string {
  const id = transport.apiIdOf(chat.id);
  if (id === undefined) throw new Error("The chat is not in the API.");
  return id;
}

export const storedTexts = async (user: User, conversationId: string) => {
  const params = { conversationId };
  const { data } = await user.expect("listMessages", 200, { params, query: { order: "asc" } });
  return data.map(({ content }) => content);
};

export const shownTexts = (chat: Chat) => chat.messages.map(textOf);
