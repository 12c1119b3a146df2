import { request, type Sender } from "./request.ts";

/** What the `Link` header names as the next page. */
function nextCursor(link: string | null): string | undefined {
  const [, cursor] = /[?&]cursor=([^&>]+)[^>]*>; rel="next"/.exec(link ?? "") ?? [];
  return cursor && decodeURIComponent(cursor);
}

/** Everything that belongs to the user, a page of JSON lines after the other. */
export async function* exportPages(
  sender: Sender,
  options?: { signal?: AbortSignal },
): AsyncGenerator<string, void, undefined> {
  let cursor: string | undefined;
  do {
    const { headers, text } = await request(sender, "GET /v1/me/export", { cursor }, options);
    yield text;
    cursor = nextCursor(headers.get("link"));
  } while (cursor);
}
