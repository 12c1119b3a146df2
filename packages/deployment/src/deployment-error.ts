/** Something that whoever deploys can put right; its message is one sentence for them. */
export class DeploymentError extends Error {
  override readonly name = "DeploymentError";
}

const credentials =
  /^(?:UnrecognizedClientException|ExpiredTokenException|InvalidSignatureException|InvalidClientTokenId)$/;
const network = /^(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT)$/;

/** What an AWS call ran into, as a sentence that says what to set and where. */
export function explainAwsError(error: unknown, region: string): DeploymentError {
  const { name = "", message = "" } = error instanceof Error ? error : {};
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const say = (text: string) => new DeploymentError(text, { cause: error });
  if (name === "CredentialsProviderError")
    return say("AWS credentials are not found: run `aws configure sso`, or export AWS_PROFILE.");
  if (credentials.test(name)) {
    return say("AWS does not accept your credentials: run `aws configure sso`, or export AWS_PROFILE.");
  }
  if (/AccessDenied/.test(name))
    return say(`Your AWS user may not do this: ${message.replaceAll("\n", " ")}.`);
  if (network.test(code)) {
    return say(`AWS cannot be reached in region ${region}: is AWS_REGION right?`);
  }
  return say(`AWS answered ${name || "with an error"}: ${message.split("\n")[0] ?? ""}`);
}
