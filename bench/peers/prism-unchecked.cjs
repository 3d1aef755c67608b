// Prism's server with every check off, which its command line cannot do: what its mocking alone costs.
// node prism-unchecked.cjs PORT DOCUMENT
const { createLogger } = require("@stoplight/prism-core");
const { getHttpOperationsFromSpec } = require("@stoplight/prism-http");
const { createServer } = require("@stoplight/prism-http-server");

const [port, document] = process.argv.slice(2);
const config = {
  isProxy: false,
  validateRequest: false,
  validateResponse: false,
  checkSecurity: false,
  errors: false,
  mock: { dynamic: false },
};

getHttpOperationsFromSpec(document).then((operations) =>
  createServer(operations, { config, components: { logger: createLogger("bench", { enabled: false }) } }).listen(
    Number(port),
    "127.0.0.1",
  ),
);
