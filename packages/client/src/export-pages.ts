import { request, type Sender } from "./request.ts";

/** What the `Link` header names as the next page. */
function nextCursor(link: string | null): string | undefined {
  const [, cursor] = /[?&]cursor=([^&>]+)[^>]*>; rel="next"/.exec(link ?? "") ?? [];
  return cursor === undefined ? undefined : decodeURIComponent(cursor);
}

/** Everything that belongs to the user, a page of JSON lines after the other. */
export async function* exportPages(
  sender: Sender,
  options?: { signal?: AbortSignal },
): AsyncGenerator<string, void, undefined> {
  let cursor: string | undefined;
  do {
    const response = await request(
      sender,
      "GET /v1/me/export",
      cursor === undefined ? {} : { cursor },
      options,
    );
    yield await response.text();
    cursor = nextCursor(response.headers.get("link"));
  } while (cursor !== undefined);
}
