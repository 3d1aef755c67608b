// Findings and unread parts of a request, each with its place in the request and in the OpenAPI document.

import { get } from "./api.js";

const BODY = /^body (\/\S*?): (.*)$/s;
const PART = /^(path|query|header|cookie)(?: parameter)? (\S+?): (.*)$/s;
const documents = new Map();

/** The places of an exchange: `{part, pointer, text, where, schema}`; `where` and `schema` where the document is clear. */
export async function placesOf({ findings, ignored, operation }) {
  const found = [...findings.map(finding), ...ignored.filter(({ in: part }) => part === "body").map((one) =>
    ({ part: "body", kind: "warn", pointer: one.name, text: one.didYouMean ? `nobody read this; did you mean ${one.didYouMean}?` : "nobody read this" }))];
  if (!findings.length || !operation) return found;
  const known = await operationOf(operation).catch(() => null); // a remark without its place is better than none
  return known ? found.map((one) => (one.kind ? one : { ...one, ...documented(known, one) })) : found;
}

function finding(text) {
  const body = BODY.exec(text);
  if (body) return { part: "body", pointer: body[1] === "/" ? "" : body[1], text: body[2] };
  const part = PART.exec(text);
  return part ? { part: part[1], name: part[2], pointer: "", text } : { part: "", pointer: "", text };
}

/** Find an operation by its key, `GET /v1/leads/{}`, in the documents that are served. */
async function operationOf(key) {
  const { documents: names } = await get("/documents");
  for (const name of names) {
    if (!documents.has(name)) documents.set(name, await get(`/documents/${encodeURIComponent(name)}`));
    const root = documents.get(name);
    for (const [path, item] of Object.entries(root.paths ?? {})) {
      for (const server of ["", ...(root.servers ?? []).map(base)]) {
        const [method, known] = key.split(" ");
        if (`${server}${path}`.replace(/\{[^}]*\}/g, "{}") === known && item[method.toLowerCase()]) {
          return { root, place: ["paths", path, method.toLowerCase()] };
        }
      }
    }
  }
  return null;
}

function base({ url }) {
  return new URL(url, location.origin).pathname.replace(/\/$/, "");
}

function documented({ root, place }, { part, pointer, name }) {
  if (part === "body") {
    const [media] = Object.keys(node(root, [...place, "requestBody", "content"]) ?? {});
    return media ? below(root, [...place, "requestBody", "content", media, "schema"], pointer.split("/").slice(1)) : {};
  }
  const parameters = node(root, [...place, "parameters"]) ?? [];
  const at = parameters.findIndex((_, index) => {
    const one = node(root, [...place, "parameters", index]);
    return one?.in === part && one.name === name;
  });
  return at < 0 ? {} : below(root, [...place, "parameters", at, "schema"], []);
}

/** Go down a schema by the parts of a pointer, as far as the document is clear. */
function below(root, start, parts) {
  let where = start;
  for (const part of parts) {
    const resolved = followed(root, where);
    const choices = [["properties", part], ["items"], ...["allOf", "anyOf", "oneOf"].flatMap((word) =>
      (node(root, [...resolved, word]) ?? []).map((_, index) => [word, index, "properties", part]))];
    const step = choices.map((choice) => [...resolved, ...choice]).find((path) => node(root, path) !== undefined);
    if (!step) {
      where = resolved;
      break;
    }
    where = step;
  }
  where = followed(root, where);
  const schema = node(root, where);
  const said = schema === undefined ? "" : JSON.stringify(schema);
  return { where: `#/${where.map(escaped).join("/")}`, schema: said.length > 160 ? `${said.slice(0, 160)}…` : said };
}

/** Follow references from a place to where the value stands. */
function followed(root, place) {
  let here = [];
  for (const part of place) here = target(root, [...here, part]);
  return here;
}

function target(root, place) {
  let here = place;
  for (let hops = 0; hops < 20; hops += 1) {
    const reference = plain(root, here)?.$ref;
    if (typeof reference !== "string" || !reference.startsWith("#/")) return here;
    here = reference.slice(2).split("/").map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"));
  }
  return here;
}

function node(root, place) {
  return plain(root, followed(root, place));
}

function plain(root, place) {
  return place.reduce((value, part) => (value === null || value === undefined ? undefined : value[part]), root);
}

function escaped(part) {
  return String(part).replaceAll("~", "~0").replaceAll("/", "~1");
}
