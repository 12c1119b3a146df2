/** A piece of what a reply says, or of what its model thinks, at that many code points from the beginning of either. */
export interface TextEvent {
  type: "text" | "reasoning";
  text: string;
  offset: number;
}

/** Both so far are void: the reply is generated anew. */
export interface RestartEvent {
  type: "restart";
}

type Grown = (TextEvent | RestartEvent)[];

/** Puts a reply's texts together from pieces and polls that may repeat, overlap, or come too late. */
export class ReplyText {
  attempt = 0;
  #points: Record<TextEvent["type"], string[]> = { text: [], reasoning: [] };

  /** How much of what it says is known, in code points. */
  get length(): number {
    return this.#points.text.length;
  }

  /** The same of what its model thinks. */
  get reasoningLength(): number {
    return this.#points.reasoning.length;
  }

  /** Takes a piece and answers what is new in it, or `gap` when a piece before it is missing. */
  add(attempt: number, offset: number, piece: string, type: TextEvent["type"] = "text"): Grown | "gap" {
    if (attempt < this.attempt) return [];
    const events: Grown = [];
    if (attempt > this.attempt) {
      this.attempt = attempt;
      if (this.length + this.reasoningLength > 0) events.push(this.#restart());
    }
    if (offset > this.#points[type].length) return "gap";
    return [...events, ...this.#append(type, offset, piece)];
  }

  /** Takes the whole texts, which a poll answers. */
  replace(attempt: number, text: string, reasoning = ""): Grown {
    if (attempt < this.attempt) return [];
    this.attempt = attempt;
    const known = this.#points;
    const goesOn = text.startsWith(known.text.join("")) && reasoning.startsWith(known.reasoning.join(""));
    const restarts = goesOn ? [] : [this.#restart()];
    return [...restarts, ...this.#append("reasoning", 0, reasoning), ...this.#append("text", 0, text)];
  }

  #append(type: TextEvent["type"], offset: number, piece: string): TextEvent[] {
    const points = this.#points[type];
    const start = points.length;
    const fresh = Array.from(piece).slice(start - offset);
    for (const point of fresh) points.push(point);
    return fresh.length > 0 ? [{ type, text: fresh.join(""), offset: start }] : [];
  }

  #restart(): RestartEvent {
    this.#points = { text: [], reasoning: [] };
    return { type: "restart" };
  }
}
