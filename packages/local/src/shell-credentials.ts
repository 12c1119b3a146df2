import type { Settings } from "./settings.ts";

const names = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_PROFILE",
  "AWS_CONFIG_FILE",
  "AWS_SHARED_CREDENTIALS_FILE",
  "AWS_BEARER_TOKEN_BEDROCK",
];

/** The AWS credentials of this shell, for functions that call Bedrock; nothing where none does. */
export function shellCredentials({ PROVIDERS }: Settings): Record<string, string> {
  if (!PROVIDERS.some(({ kind }) => kind === "bedrock")) return {};
  const set = Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value ? [[name, value] as const] : [];
    }),
  );
  if (set.AWS_ACCESS_KEY_ID !== undefined || set.AWS_PROFILE === undefined) return set;
  // Empty keys let the SDK look into the profile.
  return { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", ...set };
}
