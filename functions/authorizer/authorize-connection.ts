import { logger } from "@parley/runtime/logger";
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from "aws-lambda";
import { type CallerContext, judge, type Verify } from "./judge-credential.ts";

/** What the WebSocket function learns of who has a ticket: it can check that, and spend it. */
interface TicketContext {
  tokenUse: "ticket";
  ticket: string;
}

const ticketForm = /^ticket_[\w-]{1,2000}\.[\w-]{43}$/;

async function judgeConnection(
  credential: string | undefined,
  verifyToken: Verify,
): Promise<CallerContext | TicketContext | { refused: string }> {
  if (credential !== undefined && ticketForm.test(credential))
    return { tokenUse: "ticket", ticket: credential };
  return judge(credential, verifyToken);
}

function principalOf(context: CallerContext | TicketContext): string {
  if ("sub" in context) return context.sub;
  return "ticket" in context ? "ticket" : context.apiKeyHash;
}

/**
 * Creates the authorizer of the WebSocket API's `$connect`, which answers an IAM policy. The credential is the query's
 * `token`, a ticket, a key or a token: a browser cannot send headers with a WebSocket. Whoever is refused gets `Error("Unauthorized")`, a 401.
 */
export function createConnectionAuthorizer(verifyToken: Verify) {
  return async (event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    const judged = await judgeConnection(event.queryStringParameters?.token || undefined, verifyToken);
    if ("refused" in judged) {
      logger.info("credential refused", { reason: judged.refused });
      throw new Error("Unauthorized");
    }
    return {
      principalId: principalOf(judged),
      policyDocument: {
        Version: "2012-10-17",
        Statement: [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: event.methodArn }],
      },
      context: { ...judged },
    };
  };
}
