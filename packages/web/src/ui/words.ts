import { ParleyError } from "@parley/client";

/** An error in words that help. */
export function inWords(error: unknown): string {
  if (!(error instanceof ParleyError)) return "Something went wrong in this page. Reload it and try again.";
  if (error.status === 0) {
    return navigator.onLine ? "The server cannot be reached. Try again in a moment." : "You are offline.";
  }
  if (error.status === 402) return "You do not have enough tokens for this.";
  if (error.status === 429) {
    const seconds = Math.ceil(error.retryAfter ?? 0);
    return seconds > 1
      ? `That was a bit fast. Try again in ${seconds} seconds.`
      : "That was a bit fast. Try again in a moment.";
  }
  if (error.status === 503) return "The server is busy. Try again in a moment.";
  if (error.status >= 500) return "Something went wrong on the server. Try again in a moment.";
  const [first] = error.problem?.errors ?? [];
  if (first !== undefined) return sentence(`${fieldName(first.path)} ${first.message}`);
  return error.problem === undefined
    ? "The server gave an answer that makes no sense here."
    : sentence(error.message);
}

function fieldName(path: string): string {
  const name = path.split(".").at(-1) ?? "";
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return name === "email" ? "The e-mail address" : `The ${words || "request"}`;
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
