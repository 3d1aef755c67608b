// Findings and unread parts of a request, each with its place in the request and in the OpenAPI document.

import { get } from "./api.js";

const BODY = /^body (\/\S*?): (.*)$/s;
const MISSING = "is missing";
const PART = /^(path|query|header|cookie) parameter `(.+?)`: /s;
const MOST_SCHEMAS = 100; // a document may refer to itself
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
  if (body && body[2].startsWith(MISSING)) return missing(body[1], body[2]);
  if (body) return { part: "body", pointer: body[1] === "/" ? "" : body[1], text: body[2] };
  const part = PART.exec(text);
  if (!part) return { part: "", pointer: "", text };
  return { part: part[1], name: part[2], pointer: "", text, required: text.slice(part[0].length).startsWith(MISSING) };
}

/** Name a field that has no line of its own in the request, at the object that should have it. */
function missing(pointer, text) {
  const at = pointer.lastIndexOf("/");
  const name = unescaped(pointer.slice(at + 1));
  return { part: "body", pointer: pointer.slice(0, at), text: name ? `${name} ${text}` : text, required: name };
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

function documented({ root, place }, { part, pointer, name, required }) {
  if (part === "body") {
    const [media] = Object.keys(node(root, [...place, "requestBody", "content"]) ?? {});
    return media ? below(root, [...place, "requestBody", "content", media, "schema"], pointer.split("/").slice(1), required) : {};
  }
  for (const above of [place, place.slice(0, -1)]) { // a path has parameters for all its operations
    const list = [...above, "parameters"];
    const at = (node(root, list) ?? []).findIndex((_, index) => {
      const one = node(root, [...list, index]);
      return one?.in === part && one.name === name;
    });
    if (at >= 0) return below(root, required ? [...list, at] : [...list, at, "schema"], []);
  }
  return {};
}

/** Go down a schema by the parts of a pointer, as far as the document is clear; then to what makes a field `required`. */
function below(root, start, parts, required) {
  let where = start;
  for (const part of parts) {
    const resolved = followed(root, where);
    const choices = [["properties", part], ["items"], ...["allOf", "anyOf", "oneOf"].flatMap((word) =>
      (node(root, [...resolved, word]) ?? []).map((_, index) => [word, index, "properties", part])),
      ...["then", "else"].map((word) => [word, "properties", part]), ["additionalProperties"]];
    const step = choices.map((choice) => [...resolved, ...choice]).find((path) => node(root, path) !== undefined);
    if (!step) {
      where = resolved;
      break;
    }
    where = step;
  }
  where = followed(root, where);
  if (required) where = demanding(root, where, required) ?? where;
  const schema = node(root, where);
  const said = schema === undefined ? "" : JSON.stringify(schema);
  return { where: `#/${where.map(escaped).join("/")}`, schema: said.length > 160 ? `${said.slice(0, 160)}…` : said };
}

/** Find the list of required fields that has a name: of a schema itself, or of a part of it. */
function demanding(root, start, name) {
  const waiting = [start];
  for (let tries = 0; waiting.length && tries < MOST_SCHEMAS; tries += 1) {
    const here = followed(root, waiting.shift());
    const schema = node(root, here);
    if (Array.isArray(schema?.required) && schema.required.includes(name)) return [...here, "required"];
    for (const word of ["allOf", "anyOf", "oneOf"]) (schema?.[word] ?? []).forEach((_, index) => waiting.push([...here, word, index]));
    for (const word of ["then", "else"]) if (schema?.[word]) waiting.push([...here, word]);
  }
  return null;
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
    here = reference.slice(2).split("/").map((part) => unescaped(decodeURIComponent(part)));
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

function unescaped(part) {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}
