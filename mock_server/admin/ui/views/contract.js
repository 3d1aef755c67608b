import { get } from "../api.js";
import { documentedOperations, provenanceMarks } from "../documents.js";
import { fill, h } from "../dom.js";
import { copyButton, count, facts, field, select, tag } from "../parts.js";

export const title = "Contract";

const PROVENANCE = { documented: "good", example: "good", observed: "good", "third-party": "warn", inferred: "warn" };
const SHOWN = [["", "all operations"], ["never", "never called"], ["called", "called"], ["failed", "called, always refused"], ["refused", "never refused"],
  ["guessed", "not documented by the vendor"], ["gaps", "with open questions"]];
const PARTS = ["operations", "parameters", "statuses", "values", "events"];

/** Operations with how they are known, what the client has met of them, and what is unknown. */
export async function render(root, context) {
  const [known, coverage] = await Promise.all([get("/provenance"), get("/coverage")]);
  const operations = Object.entries(coverage.operations).map(([name, met]) => ({
    name, met, provenance: known.operations[name], unserved: known.unserved[name],
    gaps: known.gaps.filter((gap) => gap.where.some((where) => where.replace(/\{[^}]*\}/g, "{}") === name)),
  }));
  const which = select(SHOWN, { onchange: () => list() });
  which.value = SHOWN.some(([name]) => name === context.parts[0]) ? context.parts[0] : "";
  const search = h("input", { type: "search", placeholder: "/v1/leads", oninput: () => list() });
  const below = h("div");
  let documents = null; // read when the first operation is opened: a document may have megabytes
  let axes = null;
  const more = async (name, place) => {
    documents ??= documentedOperations();
    axes ??= get("/evidence").then((found) => new Map(found.operations.map((one) => [one.operation, one])));
    fill(place, documented((await documents).get(name)), evidence((await axes).get(name)));
  };
  const list = () => {
    const shown = operations.filter((one) => isShown(one, which.value)
      && one.name.toLowerCase().includes(search.value.trim().toLowerCase()));
    fill(below, h("p", { class: "soft", role: "status" }, count(shown.length, "operation")),
      shown.map((one) => row(one, (place) => more(one.name, place).catch(context.fail))));
  };
  const never = operations.filter((one) => !one.met.requests).map((one) => one.name);
  fill(root, h("h1", null, title),
    h("p", { class: "soft" }, "What your client has met since the workspace was made or reset, and how each part is known."),
    h("div", { class: "tiles" }, PARTS.map((part) => tile(part, coverage.totals[part]))),
    h("h2", null, "Operations"),
    h("div", { class: "bar" }, field("Show", which), field("Search", search),
      copyButton(context, "Copy those never called", never.join("\n"))),
    h("p", { class: "soft" }, "Documented and example are the vendor's own pages, third-party is another's code, inferred is our reading. ",
      h("span", { class: "tag unmet" }, "dashed"), " is what your client has not met."),
    below,
    h("p", { class: "soft" }, "What your recordings and your checks add to the evidence of an operation: ",
      h("code", null, "sophiie-mock spec evidence")),
    events(coverage.events), gaps(known.gaps));
  list();
}

function isShown({ met, provenance, gaps }, which) {
  switch (which) {
    case "never": return !met.requests;
    case "called": return met.requests > 0;
    case "failed": return isRefused(met);
    case "refused": return !Object.entries(met.statuses).some(([status, times]) => times && !status.startsWith("2"));
    case "guessed": return provenance !== "documented";
    case "gaps": return gaps.length > 0;
    default: return true;
  }
}

/** Tell whether an operation was called and no answer of it was a success. */
function isRefused({ requests, statuses }) {
  return requests > 0 && !Object.entries(statuses).some(([status, times]) => times && Number(status) < 400);
}

function tile(part, { exercised, all }) {
  return h("div", { class: "card tile" }, h("strong", null, `${exercised} of ${all}`), h("span", null, `${part} met`),
    h("meter", { min: 0, max: Math.max(1, all), value: exercised, "aria-label": `${part} met` }));
}

function row({ name, met, provenance, unserved, gaps }, more) {
  const place = h("div");
  return h("details", { class: "card row", ontoggle: () => place.hasChildNodes() || more(place) },
    h("summary", null, h("code", null, name), " ",
      !met.requests ? tag("never called", "bad") : tag(count(met.requests, "request"), isRefused(met) ? "warn" : "good"), " ",
      isRefused(met) && [tag(met.requests === 1 ? "refused" : "all refused", "warn"), " "],
      provenance && tag(provenance, PROVENANCE[provenance]), " ", unserved && tag("answers 501", "bad"), " ",
      gaps.length > 0 && tag(count(gaps.length, "open question"))),
    unserved && h("p", { class: "bad" }, unserved),
    facts([["Statuses", marks(met.statuses)], ["Parameters", marks(met.parameters)],
      ...Object.entries(met.values).map(([place, values]) => [`Values of ${place}`, marks(values)])]),
    place, gaps.map(gap));
}

/** Show what the document says of an operation, and how its parts are known. */
function documented(found) {
  if (!found) return h("p", { class: "soft" }, "Its document says nothing more.");
  const { operation } = found;
  const marks = provenanceMarks(found);
  return facts([["Summary", operation.summary ?? operation.operationId ?? "none"],
    ["Source", operation["x-source"] ?? "none is given"],
    ["Its parts", marks.length ? marks.map(([mark, place]) => [tag(`${mark}: ${place}`, PROVENANCE[mark]), " "])
      : "as the operation itself"]]);
}

/** Show the axes of evidence one below the other, each fact with its date: none stands in for another. */
function evidence(found) {
  if (!found) return null;
  const { provenance, axes } = found;
  return [h("h3", null, "Evidence"),
    facts([["provenance", provenance.date ? dated(provenance) : provenance.text],
      ...Object.entries(axes).map(([axis, one]) => [axis,
        one.facts.length ? one.facts.map((fact) => h("div", null, dated(fact)))
          : [h("span", { class: "tag unmet" }, "none"), " ", h("span", { class: "soft" }, one.reason)]])])];
}

function dated({ text, date }) {
  return [text, " ", h("time", { class: "soft nowrap", datetime: date }, `(${date})`)];
}

/** Show each thing with how often it was met; what was not met looks different, not only by its colour. */
function marks(met) {
  const names = Object.keys(met);
  if (!names.length) return h("span", { class: "soft" }, "none");
  return names.map((name) => [met[name] ? tag(`${name} × ${met[name]}`, "good") : h("span", { class: "tag unmet" }, name), " "]);
}

function events(met) {
  return [h("h2", null, "Events"), h("p", null, marks(met))];
}

function gaps(all) {
  return h("details", { class: "card row" }, h("summary", null, h("strong", null, count(all.length, "open question")),
    " about the real API, with what we chose"), all.map(gap));
}

function gap({ id, unknown, choice, evidence, alternatives, where }) {
  return h("div", { class: "gap" }, h("h3", null, h("code", null, id)), h("p", null, unknown),
    facts([["We chose", choice], ["Evidence", evidence], ["Or else", (alternatives ?? []).join(" · ")],
      ["Where", (where ?? []).join(", ")]]));
}
