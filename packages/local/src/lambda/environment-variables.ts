const inherited = [
  "PATH",
  "HOME",
  "TMPDIR",
  "SystemRoot",
  // A developer's machine may reach the model only through these.
  "NODE_EXTRA_CA_CERTS",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
];

export interface EnvironmentIdentity {
  readonly name: string;
  readonly memoryMegabytes: number;
  readonly logStreamName: string;
}

/** The variables of a function environment: Lambda's own, the given ones, and little of this machine's. */
export function environmentVariables(
  { name, memoryMegabytes, logStreamName }: EnvironmentIdentity,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const fromMachine = inherited.flatMap((key) => {
    const value = process.env[key];
    return value === undefined ? [] : [[key, value]];
  });
  return {
    ...Object.fromEntries(fromMachine),
    TZ: ":UTC",
    LANG: "en_US.UTF-8",
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    // The SDK refuses to sign without some; the stand-ins do not check signatures.
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMegabytes),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    _HANDLER: "index.handler",
    ...given,
  };
}
