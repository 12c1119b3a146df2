import * as z from "zod/mini";
import { DeploymentError } from "../deployment-error.ts";

/** @throws DeploymentError when it is no e-mail address */
export function requireEmail(text: string): string {
  if (z.email().safeParse(text).success) return text;
  throw new DeploymentError(`${text} is not an e-mail address.`);
}
