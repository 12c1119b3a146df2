// The program of one function environment: imports the function once, then runs one request at a time.
import type { Context } from "aws-lambda";
import {
  type EnvironmentMessage,
  functionError,
  type Invocation,
  type InvocationRequest,
} from "./protocol.ts";

type Handler = (event: unknown, context: Context) => unknown;

const variable = (name: string) => process.env[name] ?? "";
const functionName = variable("AWS_LAMBDA_FUNCTION_NAME");
const memoryLimitInMB = variable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE");
const logGroupName = variable("AWS_LAMBDA_LOG_GROUP_NAME");
const logStreamName = variable("AWS_LAMBDA_LOG_STREAM_NAME");
const invokedFunctionArn = `arn:aws:lambda:${variable("AWS_REGION")}:000000000000:function:${functionName}`;

function send(message: EnvironmentMessage, afterwards = () => {}): void {
  process.send?.(message, afterwards);
}

async function importHandler(entry: string): Promise<Handler> {
  const { handler }: { handler?: unknown } = await import(entry);
  if (typeof handler !== "function") throw new Error(`${entry} exports no function named handler.`);
  return (event, context) => handler(event, context);
}

function contextOf({ requestId, deadline }: InvocationRequest): Context {
  const refuse = () => {
    throw new Error("Return a promise: callbacks are not part of the current Lambda runtime.");
  };
  return {
    awsRequestId: requestId,
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn,
    memoryLimitInMB,
    logGroupName,
    logStreamName,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: refuse,
    fail: refuse,
    succeed: refuse,
  };
}

async function run(handler: Handler, request: InvocationRequest): Promise<Invocation> {
  try {
    return { payload: (await handler(request.event, contextOf(request))) ?? null };
  } catch (error) {
    return { functionError: functionError(error) };
  }
}

async function serve(entry: string): Promise<void> {
  const handler = await importHandler(entry);
  process.on("message", async (request: InvocationRequest) => {
    const outcome = await run(handler, request);
    try {
      send({ kind: "done", requestId: request.requestId, outcome });
    } catch (cause) {
      const error = { errorType: "Runtime.MarshalError", errorMessage: functionError(cause).errorMessage };
      send({ kind: "done", requestId: request.requestId, outcome: { functionError: error } });
    }
  });
  send({ kind: "ready" });
}

// The parent is gone, perhaps killed: whatever runs here has nobody to answer.
process.on("disconnect", () => process.exit(0));
serve(process.argv[2] ?? "").catch((error: unknown) => {
  send({ kind: "init-failed", error: functionError(error) }, () => process.exit(1));
});
