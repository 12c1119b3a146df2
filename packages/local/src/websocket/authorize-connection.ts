import * as z from "zod/mini";
import { GatewayError } from "../gateway/gateway-error.ts";
import type { Invocation } from "../lambda/protocol.ts";
import { connectArn } from "./websocket-event.ts";

const statement = z.object({
  Action: z.union([z.string(), z.array(z.string())]),
  Effect: z.enum(["Allow", "Deny"]),
  Resource: z.union([z.string(), z.array(z.string())]),
});

const policyAnswer = z.object({
  principalId: z.string(),
  policyDocument: z.object({
    Version: z.literal("2012-10-17"),
    Statement: z.array(statement).check(z.minLength(1)),
  }),
  // API Gateway refuses nested values.
  context: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
});

function matches(patterns: string | string[], text: string): boolean {
  return [patterns]
    .flat()
    .some((pattern) => (pattern.endsWith("*") ? text.startsWith(pattern.slice(0, -1)) : text === pattern));
}

/**
 * What a REQUEST authorizer's answer, an IAM policy, means for `$connect`.
 * @returns the context for later events
 * @throws GatewayError 401, 403 or 500
 */
export function readPolicy(outcome: Invocation): Record<string, unknown> {
  if ("functionError" in outcome) {
    throw new GatewayError(outcome.functionError.errorMessage === "Unauthorized" ? 401 : 500);
  }
  const answer = policyAnswer.safeParse(outcome.payload);
  if (!answer.success) throw new GatewayError(500);
  const { principalId, policyDocument, context } = answer.data;
  const applying = policyDocument.Statement.filter(
    ({ Action, Resource }) => matches(Action, "execute-api:Invoke") && matches(Resource, connectArn),
  );
  const isAllowed = applying.length > 0 && applying.every(({ Effect }) => Effect === "Allow");
  if (!isAllowed) throw new GatewayError(403);
  return { ...context, principalId };
}
