import { expect, it } from "vitest";
import { renderResponse } from "./render.ts";

const context = { requestId: "request-1" };

it("gives text as it is and bytes as base64, each with the type that the operation names", () => {
  const headers = { "Content-Type": "text/plain" };
  expect(renderResponse({ status: 200, headers, content: "é\n" }, context)).toMatchObject({
    headers: { "Content-Type": "text/plain", "X-Content-Type-Options": "nosniff" },
    body: "é\n",
  });
  const bytes = new Uint8Array([0, 255]);
  expect(renderResponse({ status: 200, headers, content: bytes }, context)).toMatchObject({
    body: "AP8=",
    isBase64Encoded: true,
  });
});

it("keeps an operation's own word on caching beside an ETag, and in a 304", () => {
  const response = { status: 200, content: "x", etag: "v1", headers: { "Cache-Control": "public" } };
  expect(renderResponse(response, context).headers).toMatchObject({
    "Cache-Control": "public",
    ETag: '"v1"',
  });
  const known = renderResponse(response, { ...context, ifNoneMatch: '"v1"' });
  expect(known).toMatchObject({ statusCode: 304, headers: { "Cache-Control": "public" } });
  expect(known.body).toBeUndefined();
});
