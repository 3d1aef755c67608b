// A recorded request as text to copy: for a shell, and as a test. The key is never in it: the journal masks it.

const OF_THE_CLIENT = new Set(["host", "user-agent", "content-length", "connection", "accept-encoding", "transfer-encoding"]);
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f]/g;

/** Write the request for a shell; the key comes from the variable SOPHIIE_API_KEY. */
export function asCurl({ request }) {
  const parts = [`curl -i -X ${quoted(request.method)} ${quoted(location.origin + request.url)}`];
  for (const [name, value] of headers(request)) {
    // The journal masks the scheme of a key, too: most have this one.
    const key = `${quoted(`${name}: ${name === "authorization" ? "Bearer " : ""}`)}"$SOPHIIE_API_KEY"`;
    parts.push(`-H ${value === "***" ? key : quoted(`${name}: ${value}`)}`);
  }
  if (request.body !== null) parts.push(`--data-raw ${quoted(text(request.body))}`);
  return parts.join(" \\\n  ");
}

/** Write a test that asks the same and expects the same status. */
export function asPytest({ request, response, operation }) {
  const named = (operation ?? `${request.method} ${request.url.split("?")[0]}`).toLowerCase().replace(/[^a-z0-9]+/g, "_");
  const given = headers(request).filter(([name, value]) => value !== "***" && name !== "content-type"
    && !(name === "accept" && value === "*/*"));
  const lines = [`    answer = sophiie.client.request(`, `        ${python(request.method)}, ${python(request.url)},`];
  if (given.length) lines.push(`        headers=${python(Object.fromEntries(given))},`);
  if (request.body !== null) {
    lines.push(typeof request.body === "string" ? `        content=${python(request.body)},` : `        json=${python(request.body)},`);
  }
  return [`def test_${named.replace(/^_|_$/g, "")}(sophiie):`, ...lines, "    )",
    `    assert answer.status_code == ${response.status}, answer.text`, ""].join("\n");
}

function headers({ headers: all }) {
  return Object.entries(all).filter(([name]) => !OF_THE_CLIENT.has(name));
}

function text(body) {
  return typeof body === "string" ? body : JSON.stringify(body);
}

/** Write a text as one word of a shell. A terminal could take a bare control character for a key that is pressed. */
export function quoted(words) {
  if (/^[A-Z]+$/.test(words)) return words;
  if (words.search(CONTROL) < 0) return `'${words.replaceAll("'", "'\\''")}'`;
  const escaped = words.replace(/[\\']/g, "\\$&").replace(CONTROL, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return `$'${escaped}'`;
}

/** Write a JSON value as Python does. */
export function python(value) {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value === "object") {
    return `{${Object.entries(value).map(([name, inner]) => `${python(name)}: ${python(inner)}`).join(", ")}}`;
  }
  return JSON.stringify(value);
}
