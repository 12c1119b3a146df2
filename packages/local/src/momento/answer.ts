import { setTimeout as sleep } from "node:timers/promises";
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Metadata,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { isRefusal, refusal } from "./caches.ts";

/** How long every answer is held back, for trying a slow Momento. */
export interface Pace {
  delayMillis: number;
}

/** A unary gRPC handler from a function that returns the response or throws a Refusal. */
export function answerOne<Request, Response>(
  pace: Pace,
  respond: (request: Request, metadata: Metadata) => Response,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    whenDue(pace, () => {
      try {
        callback(null, respond(call.request, call.metadata));
      } catch (error) {
        callback(toServiceError(error));
      }
    });
  };
}

/** The same for a batch: one streamed response for each item, in order. */
export function answerEach<Request, Response>(
  pace: Pace,
  respond: (request: Request, metadata: Metadata) => Response[],
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    whenDue(pace, () => {
      try {
        for (const response of respond(call.request, call.metadata)) call.write(response);
        call.end();
      } catch (error) {
        call.emit("error", toServiceError(error));
      }
    });
  };
}

function whenDue(pace: Pace, answer: () => void): void {
  if (pace.delayMillis === 0) answer();
  else void sleep(pace.delayMillis, undefined, { ref: false }).then(answer);
}

function toServiceError(error: unknown): Partial<ServiceError> {
  return isRefusal(error) ? error : refusal(status.INTERNAL, `stand-in failed: ${String(error)}`);
}
