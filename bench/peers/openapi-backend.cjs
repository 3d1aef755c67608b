// openapi-backend as its README has it: requests validated, the bearer looked at, the document's examples answered.
// node openapi-backend.cjs PORT DOCUMENT
const http = require("node:http");
const { OpenAPIBackend } = require("openapi-backend");

const [port, definition] = process.argv.slice(2);

function send(response, status, value) {
  const body = JSON.stringify(value);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
}

const api = new OpenAPIBackend({
  definition,
  quick: true,
  handlers: {
    notImplemented: (context, request, response) => {
      const { status, mock } = api.mockResponseForOperation(context.operation.operationId);
      send(response, status, mock);
    },
    validationFail: (context, request, response) => send(response, 400, context.validation.errors),
    unauthorizedHandler: (context, request, response) => send(response, 401, { message: "unauthorized" }),
    notFound: (context, request, response) => send(response, 404, { message: "not found" }),
  },
});
const secured = (context) => context.request.headers.authorization === "Bearer sk_test_local";

api.init().then(() => {
  for (const name of Object.keys(api.definition.components.securitySchemes)) {
    api.registerSecurityHandler(name, secured);
  }
  http
    .createServer((request, response) => {
      const parts = [];
      request.on("data", (part) => parts.push(part));
      request.on("end", () => {
        const [path, query] = request.url.split("?");
        const body = Buffer.concat(parts).toString();
        api.handleRequest({ method: request.method, path, query, headers: request.headers, body }, request, response);
      });
    })
    .listen(Number(port), "127.0.0.1");
});
