/** One user of a server under load, in a conversation of its own. */
export interface Asker {
  /** Sends a message and resolves when its reply has been seen complete. */
  ask(text: string): Promise<void>;
  /** Reads the newest page of 20 messages. */
  readPage(): Promise<void>;
}

/**
 * A server under load. A file for `--adapter` exports `connect(url, count)`, which answers such a target; whatever
 * it needs beyond the URL it reads itself.
 */
export interface Target {
  readonly name: string;
  readonly askers: readonly Asker[];
  /** Called after the warm-up: what its servers do by themselves within their first minutes. */
  settle?(): Promise<void>;
  /** Bytes of resident memory of all its processes, where that can be known. */
  memory?(): Promise<number>;
  close?(): Promise<void>;
}

export type Connect = (url: string, count: number) => Promise<Target>;
