import type {
  APIGatewayEventWebsocketRequestContextV2,
  APIGatewayProxyWebsocketEventV2WithRequestContext,
} from "aws-lambda";

/** What API Gateway's WebSocket API calls the function with; the authorizer has spoken on `$connect`. */
export type WebsocketEvent = APIGatewayProxyWebsocketEventV2WithRequestContext<
  APIGatewayEventWebsocketRequestContextV2 & {
    authorizer?: Record<string, unknown>;
    identity?: { sourceIp?: string };
  }
> & { headers?: Readonly<Record<string, string | undefined>> };

/** The body is sent to the client; of `$connect` only the status code counts. */
export interface WebsocketResult {
  statusCode: number;
  body?: string;
}
