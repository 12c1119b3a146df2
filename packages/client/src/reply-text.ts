/** A piece of a reply's text, at that many code points from its beginning. */
export interface TextEvent {
  type: "text";
  text: string;
  offset: number;
}

/** The text so far is void: the reply is generated anew. */
export interface RestartEvent {
  type: "restart";
}

/** Puts a reply's text together from pieces and polls that may repeat, overlap, or come too late. */
export class ReplyText {
  attempt = 0;
  #points: string[] = [];

  /** How much of it is known, in code points. */
  get length(): number {
    return this.#points.length;
  }

  /** Takes a piece and answers what is new in it, or `gap` when a piece before it is missing. */
  add(attempt: number, offset: number, piece: string): (TextEvent | RestartEvent)[] | "gap" {
    if (attempt < this.attempt) return [];
    const events: (TextEvent | RestartEvent)[] = [];
    if (attempt > this.attempt) {
      this.attempt = attempt;
      if (this.length > 0) events.push(this.#restart());
    }
    if (offset > this.length) return "gap";
    return [...events, ...this.#append(offset, piece)];
  }

  /** Takes the whole text, which a poll answers. */
  replace(attempt: number, text: string): (TextEvent | RestartEvent)[] {
    if (attempt < this.attempt) return [];
    this.attempt = attempt;
    const restarts = text.startsWith(this.#points.join("")) ? [] : [this.#restart()];
    return [...restarts, ...this.#append(0, text)];
  }

  #append(offset: number, piece: string): TextEvent[] {
    const start = this.length;
    const fresh = Array.from(piece).slice(start - offset);
    for (const point of fresh) this.#points.push(point);
    return fresh.length > 0 ? [{ type: "text", text: fresh.join(""), offset: start }] : [];
  }

  #restart(): RestartEvent {
    this.#points = [];
    return { type: "restart" };
  }
}
