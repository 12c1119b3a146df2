import { availableParallelism } from "node:os";
import { type Environment, type EnvironmentOptions, startEnvironment } from "./environment.ts";
import type { FunctionError, Invocation } from "./protocol.ts";
import {
  heldAfterMillis,
  hotterPatience,
  type IdleShare,
  scaleUpPatience,
  watchProcessors,
  youngMillis,
} from "./scale-up.ts";

// A request that waits is looked after this often.
const lookMillis = 25;
const startsAtOnce = Math.max(2, availableParallelism());
const idleShareOfMachine = watchProcessors();

export interface FunctionPoolOptions extends EnvironmentOptions {
  /** Further requests wait for one to be free. */
  readonly maximumEnvironments: number;
  /** An environment that served nothing for this long is ended. */
  readonly idleMillis: number;
  /** Told by tests. */
  readonly idleShare?: IdleShare;
}

/** A function with its environments. */
export interface FunctionPool {
  readonly name: string;
  /** Never rejects: a crash, a timeout or a failed start is a function error. */
  invoke(event: unknown): Promise<Invocation>;
  /** The process ids of the environments that are ready, idle or busy. */
  environments(): number[];
  /** Ends each environment as soon as its request is done; later requests get new ones. */
  restart(): void;
  close(): Promise<void>;
}

interface Waiting {
  readonly event: unknown;
  readonly since: number;
  readonly settle: (outcome: Invocation) => void;
}

interface Member {
  readonly environment: Environment;
  isStale: boolean;
  isIdle: boolean;
  /** When it became idle, or its running request began. */
  since: number;
}

/** Its request ends soon, as far as one can tell, and then it takes another one. */
function comesFree({ isIdle, isStale, since }: Member, now: number): boolean {
  return !isIdle && !isStale && now - since < heldAfterMillis;
}

class Pool {
  // In the order in which they were ready. The first idle one is used, so that what V8 has compiled is used again, and
  // the others come to rest and can be retired.
  readonly members = new Set<Member>();
  readonly starting = new Set<Member>();
  readonly waiting: Waiting[] = [];
  readonly options: FunctionPoolOptions;
  readonly retirement: NodeJS.Timeout;
  readonly idleShare: IdleShare;
  look: NodeJS.Timeout | undefined;
  youngUntil = Number.NEGATIVE_INFINITY;
  isClosed = false;

  constructor(options: FunctionPoolOptions) {
    this.options = options;
    this.idleShare = options.idleShare ?? idleShareOfMachine;
    this.retirement = setInterval(() => this.retire(), Math.max(10, options.idleMillis / 4));
    this.retirement.unref();
  }

  invoke(event: unknown): Promise<Invocation> {
    if (this.isClosed) return Promise.resolve({ functionError: stopped });
    return new Promise((settle) => {
      this.waiting.push({ event, since: performance.now(), settle });
      this.serve();
    });
  }

  async run(member: Member, { event, settle }: Waiting): Promise<void> {
    member.isIdle = false;
    member.since = performance.now();
    const outcome = await member.environment.invoke(event);
    settle(outcome);
    if (this.members.has(member)) this.release(member);
  }

  release(member: Member): void {
    if (member.isStale || this.isClosed) {
      this.remove(member);
      return;
    }
    member.isIdle = true;
    member.since = performance.now();
    this.serve();
  }

  /** Does what is due for the requests that wait; called whenever something has changed, and then again in time. */
  serve(): void {
    clearTimeout(this.look);
    if (this.waiting.length === 0) return;
    const now = performance.now();
    const due = Math.min(this.useIdle(now), this.startNeeded(now), lookMillis);
    if (this.waiting.length > 0) this.look = setTimeout(() => this.serve(), due);
  }

  /** Answers after how many milliseconds a request that waits for a hotter environment takes an idle one. */
  useIdle(now: number): number {
    let isHotterComing = false;
    for (const member of this.members) {
      const oldest = this.waiting[0];
      if (oldest === undefined) break;
      if (member.isIdle) {
        const patience = isHotterComing ? hotterPatience(this.idleShare()) : 0;
        const due = oldest.since + patience - now;
        if (due > 0) return due;
        this.waiting.shift();
        this.run(member, oldest);
      }
      isHotterComing ||= comesFree(member, now);
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Answers after how many milliseconds a further environment is due. */
  startNeeded(now: number): number {
    const members = [...this.members];
    const idle = members.filter(({ isIdle }) => isIdle).length;
    const busy = members.filter((member) => comesFree(member, now)).length;
    for (;;) {
      const starting = this.starting.size;
      const oldest = this.waiting[idle + starting];
      const total = members.length + starting;
      const isFull = total >= this.options.maximumEnvironments || starting >= startsAtOnce;
      if (oldest === undefined || isFull || this.isClosed) return Number.POSITIVE_INFINITY;
      const isYoung = starting > 0 || now < this.youngUntil;
      const patience = total === 0 ? 0 : scaleUpPatience(busy + starting, this.idleShare(), isYoung);
      const due = oldest.since + patience - now;
      if (due > 0) return due;
      this.start();
    }
  }

  async start(): Promise<void> {
    const environment = startEnvironment(this.options);
    const member = { environment, isStale: false, isIdle: false, since: 0 };
    this.starting.add(member);
    member.environment.ended.then(() => this.forget(member));
    const error = await member.environment.started;
    this.starting.delete(member);
    if (error === undefined) {
      this.members.add(member);
      this.youngUntil = performance.now() + youngMillis;
      this.release(member);
    } else if (!this.isClosed) {
      this.reportFailedStart(error);
    }
    this.serve();
  }

  /** Every waiting request fails with it: starting again for each would take them seconds to the same end. */
  reportFailedStart(error: FunctionError): void {
    const message = `The function ${this.options.name} cannot start: ${error.errorMessage}`;
    this.options.onLog(JSON.stringify({ level: "ERROR", message, errorType: error.errorType }));
    for (const { settle } of this.waiting.splice(0)) settle({ functionError: error });
  }

  forget(member: Member): void {
    this.members.delete(member);
    this.serve();
  }

  remove(member: Member): Promise<void> {
    this.forget(member);
    return member.environment.end();
  }

  retire(): void {
    const longAgo = performance.now() - this.options.idleMillis;
    for (const member of this.members) if (member.isIdle && member.since < longAgo) this.remove(member);
  }

  restart(): void {
    for (const member of [...this.members, ...this.starting]) member.isStale = true;
    for (const member of this.members) if (member.isIdle) this.remove(member);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.retirement);
    clearTimeout(this.look);
    for (const { settle } of this.waiting.splice(0)) settle({ functionError: stopped });
    await Promise.all([...this.members, ...this.starting].map((member) => this.remove(member)));
  }
}

const stopped: FunctionError = { errorType: "Sandbox.Stopped", errorMessage: "The local stack is stopping." };

/** A function as Lambda runs it: environments started on demand, one request at a time in each, replaced when they end. */
export function createFunctionPool(options: FunctionPoolOptions): FunctionPool {
  const pool = new Pool(options);
  return {
    name: options.name,
    invoke: (event) => pool.invoke(event),
    environments: () => [...pool.members].flatMap(({ environment }) => environment.pid ?? []),
    restart: () => pool.restart(),
    close: () => pool.close(),
  };
}
