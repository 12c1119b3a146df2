import * as z from "zod/mini";

/** Every error the API's own code answers with (RFC 9457); `type` is `/problems/<name>`. */
export const problemTypes = {
  validation: { status: 400, title: "Request is not valid" },
  unauthenticated: { status: 401, title: "Sign in first" },
  "insufficient-tokens": { status: 402, title: "Not enough tokens" },
  forbidden: { status: 403, title: "Not allowed" },
  "captcha-required": { status: 403, title: "Solve the captcha first" },
  "quota-exceeded": { status: 403, title: "No more can be stored" },
  "not-found": { status: 404, title: "Not found" },
  "method-not-allowed": { status: 405, title: "The path has no such method" },
  conflict: { status: 409, title: "Conflicts with the present state" },
  gone: { status: 410, title: "No longer available" },
  "precondition-failed": { status: 412, title: "The resource has changed" },
  "too-large": { status: 413, title: "Too large" },
  "unsupported-media-type": { status: 415, title: "Content-Type must be application/json" },
  "idempotency-mismatch": { status: 422, title: "Idempotency-Key was used for another request" },
  "rate-limited": { status: 429, title: "Too many requests" },
  internal: { status: 500, title: "Something went wrong on our side" },
  unavailable: { status: 503, title: "Temporarily unavailable" },
} as const;

export type ProblemType = keyof typeof problemTypes;

export const problemSchema = z
  .looseObject({
    type: z.string().check(z.meta({ example: "/problems/validation" })),
    title: z.string(),
    status: z.int(),
    detail: z.optional(z.string()),
    instance: z.string().check(z.meta({ description: "The request id, as in X-Request-Id and in the logs" })),
    errors: z.optional(z.array(z.object({ path: z.string(), message: z.string() }))),
  })
  .register(z.globalRegistry, { id: "Problem" });

export type ProblemDocument = z.infer<typeof problemSchema>;
