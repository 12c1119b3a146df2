import { type ProblemDocument, type ProblemType, problemTypes } from "@parley/contract/problem";

const maxErrors = 20;
const longestPath = 200;

/** Where the input is wrong, `body.content`, `query.limit`, `params.replyId`, and how. */
export interface FieldError {
  path: string;
  message: string;
}

export interface ProblemOptions {
  /** One sentence for the caller. Never text of a database, a provider or another user. */
  detail?: string;
  errors?: readonly FieldError[];
  headers?: Readonly<Record<string, string>>;
  /** Extra members of the document (RFC 9457, section 3.2). */
  extra?: Readonly<Record<string, unknown>>;
}

/** An answer other than success. Operations throw it; the wrapper renders it. */
export class Problem extends Error {
  readonly type: ProblemType;
  readonly options: ProblemOptions;

  constructor(type: ProblemType, options: ProblemOptions) {
    super(type);
    this.name = "Problem";
    this.type = type;
    this.options = options;
  }

  get status(): number {
    return problemTypes[this.type].status;
  }

  /** The RFC 9457 document; `instance` is the request id. */
  toDocument(instance: string): ProblemDocument {
    const { detail, errors, extra } = this.options;
    return {
      ...extra,
      type: `/problems/${this.type}`,
      title: problemTypes[this.type].title,
      status: this.status,
      ...(detail !== undefined && { detail }),
      instance,
      ...(errors !== undefined && { errors: [...errors] }),
    };
  }
}

/** `throw problem("not-found")`. */
export function problem(type: ProblemType, options: ProblemOptions = {}): Problem {
  return new Problem(type, options);
}

/** A 400 that names places in the request: 20 at most, each by 200 characters, for a client may have made them up. */
export function invalidFields(errors: readonly FieldError[]): Problem {
  const shown = errors.slice(0, maxErrors).map(({ path, message }) => ({
    path: path.slice(0, longestPath).toWellFormed(),
    message,
  }));
  return problem("validation", { errors: shown });
}

/** A 400 that names one place in the request. */
export function invalid(path: string, message: string): Problem {
  return invalidFields([{ path, message }]);
}
