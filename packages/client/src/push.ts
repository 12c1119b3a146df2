import type { PushEvent } from "./types.ts";

export type { PushEvent } from "./types.ts";

/** How much of a reply's text, and of what its model thought, is known, in code points. */
export interface Known {
  after: number;
  reasoningAfter: number;
}

/** One WebSocket connection for everything that a client follows, opened when it is needed. */
export interface Push {
  /** Is it open, and has it answered lately? */
  readonly isLive: boolean;
  /** Hears every event of the user's replies until the returned function is called. */
  listen(listener: (event: PushEvent) => void): () => void;
  /** Asks for a reply's status and for what of its texts is not known: now, and whenever it connects again. */
  follow(replyId: string, known: () => Known): () => void;
  /** Asks once more, because a piece of the text is missing. */
  catchUp(replyId: string): void;
  close(): void;
}

/** Where it connects to, and as whom; undefined where there is no push, which is asked again later. */
export type Connect = () => Promise<{ url: string; token: string } | undefined>;

const heartbeatMillis = 25_000;
const answerMillis = 10_000;
const maxBackoffMillis = 30_000;
/** After the last listener has gone, so that the next reply finds it open. */
const lingerMillis = 60_000;

/** Makes the push of a client: `createParley({ …, push: createPush })`. */
export function createPush(connect: Connect): Push {
  const listeners = new Set<(event: PushEvent) => void>();
  const followed = new Map<string, () => Known>();
  let socket: WebSocket | undefined;
  let isLive = false;
  let isConnecting = false;
  let failures = 0;
  let heartbeat: ReturnType<typeof setTimeout> | undefined;
  let linger: ReturnType<typeof setTimeout> | undefined;

  const send = (message: object) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };
  const subscribe = (replyId: string, known: () => Known) =>
    send({ action: "subscribe", replyId, ...known() });

  function close() {
    clearTimeout(heartbeat);
    clearTimeout(linger);
    isLive = false;
    const closing = socket;
    socket = undefined;
    closing?.close();
  }

  // A connection that a proxy has forgotten looks open: only an answer shows that it lives.
  function expectAnswer() {
    clearTimeout(heartbeat);
    heartbeat = setTimeout(() => {
      send({ action: "ping" });
      heartbeat = setTimeout(lose, answerMillis);
    }, heartbeatMillis);
  }

  function lose() {
    close();
    if (listeners.size === 0) return;
    failures += 1;
    const backoff = Math.min(maxBackoffMillis, 500 * 2 ** failures);
    heartbeat = setTimeout(open, Math.random() * backoff);
  }

  function receive(data: unknown) {
    isLive = true;
    failures = 0;
    expectAnswer();
    const event = JSON.parse(String(data)) as PushEvent;
    for (const listener of listeners) listener(event);
  }

  async function open() {
    if (socket !== undefined || isConnecting) return;
    isConnecting = true;
    const target = await connect().catch(() => undefined);
    isConnecting = false;
    if (target === undefined || listeners.size === 0) {
      if (listeners.size > 0) lose();
      return;
    }
    const opened = new WebSocket(`${target.url}?token=${encodeURIComponent(target.token)}`);
    socket = opened;
    heartbeat = setTimeout(lose, answerMillis);
    opened.onopen = () => {
      send({ action: "ping" });
      for (const [replyId, known] of followed) subscribe(replyId, known);
    };
    opened.onmessage = ({ data }) => receive(data);
    opened.onclose = () => {
      if (socket === opened) lose();
    };
  }

  return {
    get isLive() {
      return isLive;
    },
    listen(listener) {
      clearTimeout(linger);
      listeners.add(listener);
      void open();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) linger = setTimeout(close, lingerMillis);
      };
    },
    follow(replyId, known) {
      followed.set(replyId, known);
      subscribe(replyId, known);
      return () => {
        if (followed.get(replyId) === known) followed.delete(replyId);
      };
    },
    catchUp(replyId) {
      const known = followed.get(replyId);
      if (known !== undefined) subscribe(replyId, known);
    },
    close() {
      listeners.clear();
      close();
    },
  };
}
