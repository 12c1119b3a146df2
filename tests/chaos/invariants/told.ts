/** What clients were told, and must find true for ever after. */
export interface Told {
  /** Acknowledged questions, replays included. */
  readonly asks: Ask[];
  /** Replies whose cancel was acknowledged. */
  readonly cancelled: Set<string>;
  /** Terminal states that clients have seen. */
  readonly endings: Map<string, string>;
  /** Questions that nobody knows the fate of, by conversation: no answer came, nor a retry's. */
  readonly unknownAsks: Map<string, number>;
  /** Answers that should not have been. */
  readonly wrongAnswers: { number: number; id: string; detail: string }[];
  /** Reply ids of dead letters. */
  readonly deadLetters: Set<string>;
  /** Calls of the model, by the marker in the question. */
  readonly calls: Map<string, number>;
  /** What was bought in the background, by its id. */
  readonly purchases: Map<string, Purchase>;
}

export interface Purchase {
  /** In the question. */
  readonly marker: string;
  /** Its buyer lived to write it down, so that others can read it. */
  isKnown: boolean;
  /** Its provider has not been told to forget it. */
  isKept: boolean;
}

export interface Ask {
  readonly ownerId?: string;
  readonly conversationId: string;
  readonly messageId: string;
  readonly replyId: string;
  readonly key: string;
}

export function nothingTold(): Told {
  return {
    asks: [],
    cancelled: new Set(),
    endings: new Map(),
    unknownAsks: new Map(),
    wrongAnswers: [],
    deadLetters: new Set(),
    calls: new Map(),
    purchases: new Map(),
  };
}
