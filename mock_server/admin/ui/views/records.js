import { get, workspace } from "../api.js";
import { fill, h } from "../dom.js";
import { button, copyButton, count, curl, facts, field, json, select, table, time } from "../parts.js";
import { python } from "../snippets.js";

export const title = "Records";

const PAGE = 50;
const COLUMNS = 5;
const MAX_KINDS_ASKED = 60; // for those that refer to a record: a foreign document may have hundreds
const IS_TIME = /^\d{4}-\d\d-\d\dT/;

/** Records of one kind: `#records/leads`; one of them with its relations: `#records/leads/ld_1`. */
export async function render(root, context) {
  const kinds = (await get("/records")).records;
  const [kind = Object.keys(kinds).find((name) => name === "leads") ?? Object.keys(kinds)[0], id] = context.parts;
  const below = h("div");
  const options = Object.entries(kinds).map(([name, number]) => [name, `${name} (${number.toLocaleString("en")})`]);
  if (kind && !(kind in kinds)) options.push([kind]);
  const chosen = select(options, { onchange: () => context.go("records", chosen.value) });
  chosen.value = kind;
  const search = h("input", { type: "search", placeholder: "a name, a phone number, an id" });
  let timer = 0;
  let asked = 0;
  const list = async (offset = 0) => {
    const turn = ++asked;
    const text = search.value && `&contains=${encodeURIComponent(search.value)}`;
    const found = await get(`${place(kind)}?limit=${PAGE}&offset=${offset}${text}`);
    if (turn === asked) fill(below, page(context, kind, found, offset, list));
  };
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => list().catch(context.fail), 200);
  });
  fill(root, h("h1", null, title),
    h("div", { class: "bar" }, field("Kind", chosen), field("Search", search)), below);
  if (!kind) fill(below, h("p", { class: "soft" }, "This world is empty."));
  else if (id === undefined) await list();
  else await story(context, below, kinds, kind, id);
  return () => clearTimeout(timer);
}

function place(kind) {
  return `/records/${kind.split("/").map(encodeURIComponent).join("/")}`;
}

function link(kind, id) {
  return h("a", { href: `#records/${encodeURIComponent(kind)}/${encodeURIComponent(id)}` }, id);
}

function page(context, kind, { items, total, refers }, offset, list) {
  const columns = columnsOf(items);
  const end = offset + items.length;
  return [
    h("p", { class: "soft", role: "status" }, total ? `${offset + 1} to ${end} of ${count(total, "record")}` : ""),
    table(`Records: ${kind}`, ["id", ...columns], items.map((record) => [
      "id" in record ? link(kind, record.id) : "", ...columns.map((name) => cell(record[name], refers[name])),
    ]), "There is none."),
    h("div", { class: "bar" },
      offset > 0 && button(context, "Newer", () => list(Math.max(0, offset - PAGE))),
      end < total && button(context, "Older", () => list(end)),
      copyButton(context, "Copy as curl", curl("GET", `${place(kind)}?limit=${PAGE}`)),
      copyButton(context, "Copy as pytest", `records = sophiie.world.records(${python(kind)})`)),
  ];
}

/** Pick the fields that tell records apart: filled, short, and not the same in all of them. */
function columnsOf(items) {
  const names = [...new Set(items.flatMap((record) => Object.keys(record)))].filter((name) => name !== "id");
  const telling = names.filter((name) => {
    const values = items.map((record) => record[name]).filter((value) => ["string", "number"].includes(typeof value));
    const isVaried = items.length === 1 || new Set(values).size > 1;
    return values.length * 3 >= items.length && isVaried && !IS_TIME.test(values[0]);
  });
  const times = names.filter((name) => name === "createdAt");
  return [...telling.slice(0, COLUMNS), ...times];
}

function cell(value, kind) {
  if (kind && value !== null && typeof value !== "object") return link(kind, value);
  if (typeof value === "string" && IS_TIME.test(value)) return time(value);
  if (value === null || value === undefined) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

/** Show one record: its filled fields, the records that it refers to, and those that refer to it. */
async function story(context, below, kinds, kind, id) {
  const found = await get(`${place(kind)}?limit=${PAGE}&contains=${encodeURIComponent(id)}`);
  const record = found.items.find((one) => String(one.id) === id);
  if (!record) {
    fill(below, h("p", null, `There is no ${kind} ${id} in the workspace ${workspace()}; it may have been removed.`));
    return;
  }
  const back = h("div", null, h("p", { class: "soft" }, "Looking for records that refer to it …"));
  const isFilled = ([, value]) => value !== null && (typeof value !== "object" || Object.keys(value).length > 0);
  const fields = Object.entries(record);
  const unfilled = fields.filter((one) => !isFilled(one)).map(([name]) => name).join(", ");
  fill(below, h("h2", null, `${kind} ${id}`),
    h("div", { class: "bar" }, h("a", { href: `#records/${encodeURIComponent(kind)}` }, `all ${kind}`),
      copyButton(context, "Copy as JSON", JSON.stringify(record, null, 2))),
    h("div", { class: "beside" },
      h("div", { class: "card" },
        facts(fields.filter(isFilled).map(([name, value]) => [name, whole(value, found.refers[name])])),
        unfilled && h("p", { class: "soft gap" }, `Empty: ${unfilled}`)),
      h("div", null, h("h2", null, "Records that refer to it"), back)));
  fill(back, await referring(context, kinds, kind, id));
}

function whole(value, kind) {
  if (typeof value === "object") {
    const size = count(Object.keys(value).length, Array.isArray(value) ? "item" : "field");
    return h("details", null, h("summary", null, size), json(value));
  }
  return kind ? link(kind, value) : String(value);
}

async function referring(context, kinds, kind, id) {
  const names = Object.keys(kinds).slice(0, MAX_KINDS_ASKED);
  const lists = await Promise.all(names.map(async (name) => {
    const { refers } = await get(`${place(name)}?limit=0`);
    const fields = Object.keys(refers).filter((one) => refers[one] === kind);
    if (!fields.length) return null;
    const found = await get(`${place(name)}?limit=${PAGE}&contains=${encodeURIComponent(id)}`);
    const items = found.items.filter((record) => fields.some((one) => String(record[one]) === id));
    return items.length && [name, { ...found, items }];
  }));
  const shown = lists.filter(Boolean).map(([name, { items, refers }]) => {
    const columns = columnsOf(items).filter((one) => refers[one] !== kind);
    return [h("h3", null, name, items.length === PAGE ? `: the newest ${PAGE}` : `: ${items.length}`),
      table(`${name} that refer to it`, ["id", ...columns], items.map((record) => [
        "id" in record ? link(name, record.id) : "", ...columns.map((one) => cell(record[one], refers[one]))]))];
  });
  return shown.length ? shown : h("p", { class: "soft" }, "None does.");
}
