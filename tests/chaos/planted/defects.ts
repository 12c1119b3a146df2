import { cacheRace, foreignCachedRead } from "./cache-scenes.ts";
import type { Planted } from "./plant.ts";
import {
  askOnce,
  cancelMidway,
  cancelOverACutWire,
  cancelWhileQueued,
  cancelWhileRunning,
  dieWithAnAnswer,
  dieWithBothJobs,
  dieWithTheCheck,
  inTurns,
  lostJob,
  type Play,
  retriesOfTheSdk,
  scene,
  sendTwice,
  twoWorkers,
  writeTheAnswerFirst,
} from "./scenes.ts";

/** What is run with the defect and without it; only with it an invariant breaks. */
export interface Defect {
  readonly name: string;
  /** The invariant whose check must find it. */
  readonly breaks: number;
  readonly planted?: readonly Planted[];
  readonly run: Play;
}

export const defects: readonly Defect[] = [
  {
    name: "no fence: any attempt may finish",
    breaks: 8,
    planted: [{ in: "finish_reply", statement: " OR reply.attempt <> attempted THEN", instead: " THEN" }],
    run: scene(twoWorkers),
  },
  {
    name: "dual write: the answer is stored before the reply ends",
    breaks: 3,
    run: scene(writeTheAnswerFirst),
  },
  {
    name: "early debit: what produced nothing is charged",
    breaks: 6,
    planted: [{ in: "end_reply", statement: "greatest(charge, 0)", instead: "greatest(charge, 100)" }],
    run: scene(cancelWhileQueued),
  },
  {
    name: "half a budget: what a dead worker had sent is left out",
    breaks: 17,
    planted: [{ in: "settle_budget", statement: " + reply.failed_input_tokens", instead: "" }],
    run: scene(twoWorkers),
  },
  {
    name: "no hold: nothing is set aside when a reply is queued",
    breaks: 5,
    planted: [
      {
        in: "queue_reply",
        statement: "tokens_held = tokens_held + price",
        instead: "tokens_held = tokens_held",
      },
    ],
    run: scene(askOnce, { rests: 1_000 }),
  },
  {
    name: "no release: a cancelled reply keeps its hold",
    breaks: 6,
    planted: [
      {
        in: "end_reply",
        statement: "WHERE entry.amount > 0",
        instead: "WHERE entry.amount > 0 AND ending <> 'cancelled'",
      },
    ],
    run: scene(cancelWhileQueued),
  },
  {
    name: "no idempotency: a key is not looked up",
    breaks: 7,
    planted: [
      { in: "sent_before", statement: "key IS NOT NULL", instead: "false" },
      // And not stored either, or its index would refuse the twin.
      {
        in: "add_message",
        statement: "'{}'), p->>'idempotencyKey',",
        instead: "'{}'), NULL,",
      },
    ],
    run: scene(sendTwice),
  },
  {
    name: "no cancel fence: a cancel is answered, and the worker finishes all the same",
    breaks: 4,
    planted: [
      {
        in: "cancel_reply",
        statement: "reply := stop_reply(reply, false);",
        instead: "reply.status := 'cancelled';",
      },
    ],
    run: scene(cancelWhileRunning),
  },
  {
    name: "lost text: a stopped answer is no message",
    breaks: 3,
    planted: [{ in: "stop_reply", statement: "reply.partial_text !~ '\\S'", instead: "true" }],
    run: scene(cancelMidway),
  },
  {
    name: "no order: a reply does not wait for the one before it",
    breaks: 9,
    planted: [{ in: "take_reply", statement: "<> reply.id", instead: "IS NULL" }],
    run: scene(inTurns),
  },
  {
    name: "no room: the answer's position is not reserved",
    breaks: 9,
    planted: [
      {
        in: "add_message",
        statement: "next_position + 1 + questions",
        instead: "next_position + 1 + 2 * questions",
      },
    ],
    run: scene(askOnce),
  },
  {
    name: "no attempt: taking over is not counted",
    breaks: 8,
    planted: [
      {
        in: "take_reply",
        statement: "SET attempt = attempt + 1",
        instead: "SET attempt = greatest(attempt, 1)",
      },
    ],
    run: scene(twoWorkers),
  },
  {
    name: "no sweeper: what is lost stays lost",
    breaks: 2,
    planted: [
      {
        in: "sweep_replies",
        statement: "RETURN jsonb_build_object('ended', ended, 'stale', stale)",
        instead: `RETURN '{"ended": [], "stale": []}'`,
      },
    ],
    run: scene(lostJob, { rests: 2_000 }),
  },
  { name: "early acknowledge: a job is deleted before it is done", breaks: 2, run: scene(dieWithBothJobs) },
  {
    name: "no short visibility timeout: what a worker received is hidden until the queue's visibility timeout",
    breaks: 2,
    run: scene(dieWithTheCheck),
  },
  {
    name: "swallowed driver error: a lost cancel is answered 200",
    breaks: 4,
    run: scene(cancelOverACutWire),
  },
  {
    name: "no memory: a worker that takes over buys another answer",
    breaks: 18,
    planted: [{ in: "take_reply", statement: "reply.background AND", instead: "false AND" }],
    run: scene(dieWithAnAnswer),
  },
  { name: "retries below ours: one attempt, two calls", breaks: 15, run: scene(retriesOfTheSdk) },
  { name: "cache race: a late reader fills the newest generation", breaks: 12, run: cacheRace },
  { name: "cached authorization: the owner is not in the key", breaks: 11, run: foreignCachedRead },
];
