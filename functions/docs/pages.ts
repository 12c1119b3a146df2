/**
 * Everything comes from this origin, and a page may call no other. Both libraries write styles into the page, and
 * Redoc searches in a worker that it makes of a blob.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

function page(title: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="/docs/favicon.png">
${head}</head>
<body>
${body}
</body>
</html>
`;
}

export const swaggerPage = page(
  "Parley: Swagger UI",
  '<link rel="stylesheet" href="/docs/swagger-ui.css">\n',
  `<div id="swagger-ui"></div>
<script src="/docs/swagger-ui.js"></script>
<script src="/docs/start-swagger.js"></script>`,
);

export const redocPage = page(
  "Parley: Redoc",
  "",
  `<div id="redoc"></div>
<script src="/docs/redoc.js"></script>
<script src="/docs/start-redoc.js"></script>`,
);

/** What the pages run; apart from them, because the policy allows no script inside of a page. */
export const starters: Readonly<Record<string, string>> = {
  "start-swagger.js": `SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  persistAuthorization: false,
  // The default asks a server elsewhere.
  validatorUrl: null,
});
`,
  "start-redoc.js": `Redoc.init("/openapi.json", { hideDownloadButton: false }, document.getElementById("redoc"));
`,
};
