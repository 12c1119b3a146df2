/**
 * Where a code goes, masked as Cognito masks it. Made from the request alone, never from Cognito's answer, so that a
 * known and an unknown address cannot be told apart.
 */
export function codeDelivery(email: string) {
  const [local = "", domain = ""] = email.split("@");
  return { destination: `${local.charAt(0)}***@${domain.charAt(0)}***`, medium: "email" as const };
}
