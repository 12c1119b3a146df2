const ends = /^reply\.(?:completed|incomplete|failed|cancelled)$/;

/** A WebSocket connection of a user, which stays open while releases change. */
export interface PushListener {
  /** Replies of the user that have ended without a word. */
  unheard(endings: ReadonlyMap<string, string>, asked: Iterable<string>): string[];
  readonly isOpen: boolean;
  close(): void;
}

/** Listens for the end of every reply of the connection's user. */
export async function listenForEnds(websocketUrl: string, token: string): Promise<PushListener> {
  const heard = new Set<string>();
  const socket = new WebSocket(`${websocketUrl}?token=${encodeURIComponent(token)}`);
  socket.addEventListener("message", ({ data }) => {
    const event = JSON.parse(String(data)) as { type: string; replyId?: string };
    if (event.replyId !== undefined && ends.test(event.type)) heard.add(event.replyId);
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", () => reject(new Error("The connection was refused.")));
  });
  return {
    unheard: (endings, asked) => [...asked].filter((id) => endings.has(id) && !heard.has(id)),
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    close: () => socket.close(),
  };
}
