import { availableParallelism } from "node:os";
import { type Environment, type EnvironmentOptions, startEnvironment } from "./environment.ts";
import type { FunctionError, Invocation } from "./protocol.ts";

/** A request waits this long for a running environment before another is started: most are answered sooner. */
const patienceMillis = 25;
/** More at once would only take processor time from each other; two at least, for one waits for the database as well. */
const maximumComputing = Math.max(2, availableParallelism());

export interface FunctionPoolOptions extends EnvironmentOptions {
  /** Further requests wait for one to be free. */
  readonly maximumEnvironments: number;
  /** An environment that served nothing for this long is ended. */
  readonly idleMillis: number;
  /** A request that has run this long waits for something else than a processor: a long poll, a model. */
  readonly heldAfterMillis?: number;
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
  idleSince: number;
  /** When its running request began. */
  busySince: number;
}

class Pool {
  readonly members = new Set<Member>();
  readonly starting = new Set<Member>();
  // The last one used is the first one used again, so that the others come to rest and can be retired.
  readonly idle: Member[] = [];
  readonly waiting: Waiting[] = [];
  readonly options: FunctionPoolOptions;
  readonly retirement: NodeJS.Timeout;
  scaleUp: NodeJS.Timeout | undefined;
  isClosed = false;

  constructor(options: FunctionPoolOptions) {
    this.options = options;
    this.retirement = setInterval(() => this.retire(), Math.max(10, options.idleMillis / 4));
    this.retirement.unref();
  }

  invoke(event: unknown): Promise<Invocation> {
    if (this.isClosed) return Promise.resolve({ functionError: stopped });
    const member = this.idle.pop();
    if (member !== undefined) return this.run(member, event);
    return new Promise((settle) => {
      this.waiting.push({ event, since: performance.now(), settle });
      this.startIfNeeded();
    });
  }

  async run(member: Member, event: unknown): Promise<Invocation> {
    member.busySince = performance.now();
    const outcome = await member.environment.invoke(event);
    if (this.members.has(member)) this.release(member);
    return outcome;
  }

  release(member: Member): void {
    if (member.isStale || this.isClosed) {
      this.remove(member);
      this.startIfNeeded();
      return;
    }
    const next = this.waiting.shift();
    if (next !== undefined) {
      this.run(member, next.event).then(next.settle);
      return;
    }
    member.idleSince = performance.now();
    this.idle.push(member);
  }

  /** Environments that use a processor: those that start, and those whose request has not run for long. */
  computing(now: number): number {
    const { heldAfterMillis = 1_000 } = this.options;
    let computing = this.starting.size;
    for (const { busySince } of this.members) if (now - busySince < heldAfterMillis) computing += 1;
    return computing;
  }

  startIfNeeded(): void {
    // Each environment that starts will take one of those that wait.
    const oldest = this.waiting[this.starting.size];
    const total = this.members.size + this.starting.size;
    if (oldest === undefined || total >= this.options.maximumEnvironments || this.isClosed) return;
    const now = performance.now();
    const hasWaited = total === 0 || now - oldest.since >= patienceMillis;
    if (hasWaited && this.computing(now) < maximumComputing) {
      this.start();
      this.startIfNeeded();
      return;
    }
    this.scaleUp ??= setTimeout(() => {
      this.scaleUp = undefined;
      this.startIfNeeded();
    }, patienceMillis);
  }

  async start(): Promise<void> {
    const environment = startEnvironment(this.options);
    const member = { environment, isStale: false, idleSince: 0, busySince: 0 };
    this.starting.add(member);
    member.environment.ended.then(() => this.forget(member));
    const error = await member.environment.started;
    this.starting.delete(member);
    if (error === undefined) {
      this.members.add(member);
      this.release(member);
    } else if (!this.isClosed) {
      this.reportFailedStart(error);
    }
    this.startIfNeeded();
  }

  /** Every waiting request fails with it: starting again for each would take them seconds to the same end. */
  reportFailedStart(error: FunctionError): void {
    const message = `The function ${this.options.name} cannot start: ${error.errorMessage}`;
    this.options.onLog(JSON.stringify({ level: "ERROR", message, errorType: error.errorType }));
    for (const { settle } of this.waiting.splice(0)) settle({ functionError: error });
  }

  forget(member: Member): void {
    this.members.delete(member);
    const position = this.idle.indexOf(member);
    if (position >= 0) this.idle.splice(position, 1);
    this.startIfNeeded();
  }

  remove(member: Member): Promise<void> {
    this.forget(member);
    return member.environment.end();
  }

  retire(): void {
    const longAgo = performance.now() - this.options.idleMillis;
    for (const member of this.idle.filter(({ idleSince }) => idleSince < longAgo)) this.remove(member);
  }

  restart(): void {
    for (const member of [...this.members, ...this.starting]) member.isStale = true;
    for (const member of [...this.idle]) this.remove(member);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.retirement);
    clearTimeout(this.scaleUp);
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
