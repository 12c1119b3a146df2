/** What the parent sends an environment: one invocation at a time. */
export interface InvocationRequest {
  readonly requestId: string;
  readonly event: unknown;
  /** Milliseconds since the epoch, when the environment will be ended. */
  readonly deadline: number;
}

/** As Lambda reports a failed invocation. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
}

export type Invocation = { readonly payload: unknown } | { readonly functionError: FunctionError };

/** What an environment tells the parent. */
export type EnvironmentMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "init-failed"; readonly error: FunctionError }
  | { readonly kind: "done"; readonly requestId: string; readonly outcome: Invocation };

export function functionError(error: unknown): FunctionError {
  if (error instanceof Error) return { errorType: error.name, errorMessage: error.message };
  return { errorType: typeof error, errorMessage: String(error) };
}
