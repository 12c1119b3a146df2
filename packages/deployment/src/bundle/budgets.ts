// Beside reading they price, queue and charge, or, for auth, speak to Cognito with its SDK.
const writers = new Set(["messages", "conversations", "admin", "auth"]);

/** Bytes that a function may load before its handler can run; `quality.md` says where they come from. */
export function eagerBudgetBytes(functionName: string): number {
  if (functionName === "reply-worker") return 1_200_000;
  return writers.has(functionName) ? 400_000 : 200_000;
}
