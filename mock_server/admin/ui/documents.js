// What the served documents say of an operation: its words, its source, and how its parts are known.

import { get } from "./api.js";

const MAX_NODES = 5000; // of one operation: a schema may hold a whole document
const MAX_MARKS = 60;

/** Read the documents; the operations by their names with blanked parameters, as `GET /v1/leads/{}`. */
export async function documentedOperations() {
  const found = new Map();
  for (const name of (await get("/documents")).documents) {
    const document = await get(`/documents/${encodeURIComponent(name)}`);
    const base = basePath(document.servers?.[0]?.url);
    for (const [path, item] of Object.entries(document.paths ?? {})) {
      for (const [method, operation] of Object.entries(item ?? {})) {
        found.set(`${method.toUpperCase()} ${(base + path).replace(/\{[^}]*\}/g, "{}")}`, { document, operation });
      }
    }
  }
  return found;
}

/** The path of a server's URL, which stands before all paths of its document. */
function basePath(url) {
  try {
    return new URL(url ?? "", location.origin).pathname.replace(/\/$/, "");
  } catch {
    return "";
  }
}

/** List the parts of an operation that have a mark of their own: pairs of the mark and the place. */
export function provenanceMarks({ document, operation }) {
  const marks = [];
  const met = new Set();
  const waiting = [[operation, ""]];
  while (waiting.length && met.size < MAX_NODES && marks.length < MAX_MARKS) {
    const [part, place] = waiting.shift();
    const node = resolved(document, part);
    if (node === null || typeof node !== "object" || met.has(node)) continue;
    met.add(node);
    const mark = node["x-provenance"];
    if (typeof mark === "string" && place) marks.push([mark, place]);
    for (const [name, inner] of Object.entries(node)) waiting.push([inner, place ? `${place}/${name}` : name]);
  }
  return marks;
}

function resolved(document, node) {
  if (typeof node?.$ref !== "string" || !node.$ref.startsWith("#/")) return node;
  const names = node.$ref.slice(2).split("/").map((name) => decoded(name).replaceAll("~1", "/").replaceAll("~0", "~"));
  return names.reduce((inner, name) => (inner && Object.hasOwn(inner, name) ? inner[name] : null), document);
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
