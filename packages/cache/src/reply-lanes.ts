/** How far a reply has come: flushes count up within an attempt, a later attempt starts over. */
export interface Position {
  readonly attempt: number;
  readonly sequence: number;
}

interface Lane {
  newest: Position;
  pending: string | undefined;
  running: Promise<void> | undefined;
}

export interface ReplyLanes {
  /** Ends when this text, or a newer one in its place, was sent. Texts that go back are not sent. */
  put(key: string, position: Position, text: string): Promise<void>;
  /** What waits to be sent is not sent any more. */
  end(key: string): void;
}

const maxLanes = 1_000;

/** One send of a reply at a time, and only the newest of those that wait: two in flight could swap places. */
export function createReplyLanes(send: (key: string, text: string) => Promise<void>): ReplyLanes {
  const lanes = new Map<string, Lane>();

  async function drain(lane: Lane, key: string): Promise<void> {
    while (lane.pending !== undefined) {
      const text = lane.pending;
      lane.pending = undefined;
      await send(key, text);
    }
    lane.running = undefined;
  }

  return {
    async put(key, position, text) {
      const known = lanes.get(key);
      if (known !== undefined && !isLater(position, known.newest)) return;
      const lane: Lane = known ?? { newest: position, pending: undefined, running: undefined };
      lane.newest = position;
      lane.pending = text;
      keepYoungest(lanes, key, lane);
      lane.running ??= drain(lane, key);
      await lane.running;
    },
    end(key) {
      const lane = lanes.get(key);
      if (lane !== undefined) lane.pending = undefined;
      lanes.delete(key);
    },
  };
}

/** A reply that another process ended is never ended here: bound what is remembered, oldest write first. */
function keepYoungest(lanes: Map<string, Lane>, key: string, lane: Lane): void {
  lanes.delete(key);
  lanes.set(key, lane);
  for (const oldest of lanes.keys()) {
    if (lanes.size <= maxLanes) return;
    lanes.delete(oldest);
  }
}

function isLater(position: Position, than: Position): boolean {
  if (position.attempt !== than.attempt) return position.attempt > than.attempt;
  return position.sequence > than.sequence;
}
