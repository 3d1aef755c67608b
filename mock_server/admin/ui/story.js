// The whole story of one row: why the answer is what it is, what changed, which events followed, who got them.

import { get, post } from "./api.js";
import { h } from "./dom.js";
import { jsonLines } from "./json_lines.js";
import { button, copyButton, count, facts, statusTag, table, tag, time } from "./parts.js";
import { placesOf } from "./places.js";
import { asCurl, asPytest } from "./snippets.js";

const STATES = { failed: "bad", pending: "warn", delivered: "good" };
const MOST_NEXT = 5;
const MOST_UNREAD = 3;

/** Draw the story of a cause: a request, or a simulation. `rows` are those of the timeline. Throws Refused. */
export async function story(context, cause, rows, actions) {
  const isRequest = cause.startsWith("req_");
  const [asked, explained, caused] = await Promise.all([
    isRequest ? get(`/requests/${encodeURIComponent(cause)}`) : null,
    isRequest ? get(`/explain/${encodeURIComponent(cause)}`) : null,
    get(`/webhooks/events?limit=50&cause=${encodeURIComponent(cause)}`),
  ]);
  const events = await withDeliveries(caused.items);
  return [
    asked ? request(context, asked, explained, await placesOf(asked), actions) : simulated(cause, events, actions),
    events.length > 0 && [h("h3", null, "Events and deliveries"), events.map((one) => event(context, one, actions))],
    next(rows, cause, events),
  ];
}

/** Draw the story of an event that nothing in the journal has caused. */
export async function eventStory(context, id, rows, actions) {
  const [found] = await withDeliveries([await get(`/webhooks/events/${encodeURIComponent(id)}`)]);
  return [h("h2", { tabindex: -1 }, found.type), event(context, found, actions), next(rows, found.cause, [found])];
}

/** Draw what is known of a request whose key opened no workspace. */
export async function refusedStory(context, id, rows) {
  const row = rows.find((one) => one.id === id);
  if (!row) return [h("h2", { tabindex: -1 }, id), h("p", null, "This is not kept any more.")];
  return [h("h2", { tabindex: -1 }, h("code", null, `${row.method} ${row.url}`), " ", statusTag(row.status)),
    facts([["When", time(row.at)], ["Operation", row.operation ?? "none has this path and method"]]),
    h("h3", null, "Why this answer"), h("p", { class: "remark bad" }, row.why),
    h("p", { class: "soft" }, "It belongs to no workspace, so no header and no body of it is kept.")];
}

async function withDeliveries(items) {
  const oldestFirst = [...items].reverse();
  const found = await Promise.all(oldestFirst.map((one) => get(`/webhooks/deliveries?eventId=${encodeURIComponent(one.id)}`)));
  return oldestFirst.map((one, at) => ({ ...one, deliveries: found[at].items }));
}

// --- the request --------------------------------------------------------------------------------------------------

function request(context, asked, explained, places, actions) {
  const remarks = places.map((place) => [place.pointer, remark(place)]);
  const elsewhere = places.filter((place) => place.part !== "body");
  return [
    h("h2", { tabindex: -1 }, h("code", null, `${asked.method} ${asked.request.url}`), " ",
      asked.status ? statusTag(asked.status) : tag("no answer")),
    facts([["When", [time(asked.at), ` in ${asked.ms} ms`]], ["Operation", asked.operation ?? "none has this path and method"],
      ["Id", asked.id]]),
    h("div", { class: "bar" },
      copyButton(context, "Copy as curl", asCurl(asked)), copyButton(context, "Copy as pytest", asPytest(asked)),
      button(context, "Show only this", () => actions.only(asked.id))),
    h("h3", null, "Why this answer"),
    standsOut(asked),
    h("ol", { class: "steps" }, explained.steps.map(({ step, says }) =>
      h("li", { class: step === asked.endedAt && asked.status >= 400 ? "ended" : null }, h("strong", null, step), " ", says))),
    h("h3", null, "Request"),
    elsewhere.length > 0 && h("div", { class: "remarks" }, elsewhere.map(remark)),
    body(asked.request, remarks.filter((_, at) => places[at].part === "body")), headers(asked.request.headers),
    h("h3", null, "Answer"), body(asked.response, []), headers(asked.response.headers),
    changes(asked.changes),
  ];
}

function standsOut({ fault, mapping, preferred, ignored, explain, findings }) {
  const lines = [
    fault && ["bad", `A fault made this answer: ${fault}`],
    mapping && ["warn", `The stub ${mapping} answered, not the program`],
    preferred && ["warn", `The client asked for it: Prefer: ${preferred}`],
    ...ignored.slice(0, MOST_UNREAD).map((one) => ["warn", told(one)]),
    ignored.length > MOST_UNREAD && ["warn", `Nobody read ${count(ignored.length - MOST_UNREAD, "other part")} either`],
    ...(findings.length || ignored.length ? [] : explain.map((text) => ["warn", text])),
  ].filter(Boolean);
  return lines.length > 0 && h("ul", { class: "remarks" }, lines.map(([kind, text]) => h("li", { class: `remark ${kind}` }, text)));
}

function told({ in: place, name, didYouMean }) {
  const nobody = place === "path" || place === "method";
  const start = nobody ? `No operation is ${name}` : `Nobody read ${place} ${name}`;
  return didYouMean ? `${start}: did you mean ${didYouMean}?` : start;
}

function remark({ text, schema, where, kind = "bad" }) {
  return h("span", { class: `remark ${kind}` }, text,
    where && h("span", { class: "where" }, h("code", null, where), schema && [" says ", h("code", null, schema)]));
}

function body(part, remarks) {
  if (part.body === null && !remarks.length) return h("p", { class: "soft" }, "No body.");
  const shown = typeof part.body === "string" ? h("pre", { tabindex: 0 }, part.body) : jsonLines(part.body, remarks);
  return [shown, part.bodyCut && h("p", { class: "soft" }, "The journal keeps only its beginning.")];
}

function headers(all) {
  return h("details", null, h("summary", null, count(Object.keys(all).length, "header field")), facts(Object.entries(all)));
}

// --- what followed ------------------------------------------------------------------------------------------------

function changes(all) {
  if (!all.length) return null;
  return [h("h3", null, "What changed"), [...all.filter(isOwn), ...all.filter((one) => !isOwn(one))].map(({ kind, id, change, before, after }) =>
    h("details", { class: "change", open: isOwn({ kind }) },
      h("summary", null, h("code", null, `${kind}/${id}`), " ", tag(change, change === "removed" ? "bad" : "")),
      table(`Fields of ${kind}/${id}`, before && after ? ["field", "before", "now"] : ["field", before ? "before" : "now"],
        differences(before, after), "No field differs.")))];
}

/** Tell records of their own from those that hang below one, as `leads/activities`. */
function isOwn({ kind }) {
  return !kind.includes("/");
}

function differences(before, after) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const changed = names.filter((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]));
  return changed.map((name) => [h("code", null, name), ...[before, after].filter(Boolean).map((one) => value(one[name]))]);
}

function value(one) {
  return h("code", null, one === undefined ? "–" : JSON.stringify(one));
}

function event(context, { id, type, recordId, createdAt, body: sent, deliveries }, actions) {
  return h("div", { class: "event", "data-id": id },
    h("p", null, h("strong", null, type), recordId && [" about ", h("code", null, recordId)], " ", time(createdAt), " ",
      !deliveries.length && tag("nobody subscribes")),
    h("details", null, h("summary", null, "what is sent"), jsonLines(sent), h("p", { class: "soft" }, id)),
    deliveries.map((one) => delivery(context, one, hasArrived(one, deliveries), actions)));
}

/** Tell whether the same message has reached the same subscriber by any of its deliveries. */
function hasArrived({ messageId, subscriptionId }, deliveries) {
  return deliveries.some((one) => one.state === "delivered" && one.messageId === messageId && one.subscriptionId === subscriptionId);
}

function delivery(context, one, arrived, actions) {
  return h("div", { class: "delivery", "data-id": one.id, "data-attempts": one.attempts.length },
    h("div", { class: "bar" }, tag(one.state, STATES[one.state]), one.state === "failed" && arrived && tag("delivered later", "good"),
      h("code", null, one.url),
      one.state === "pending" && h("span", { class: "soft" }, "due ", time(one.dueAt)),
      one.reason && h("span", { class: one.state === "failed" ? "bad" : "soft" }, one.reason),
      button(context, "Send again", async () => {
        const [made] = (await post(`/webhooks/deliveries/${encodeURIComponent(one.id)}/redeliver`, { newId: false })).deliveries;
        await post("/webhooks/drain", { timeout: 5 }).catch(() => {}); // a slow receiver is shown as pending
        const now = await get(`/webhooks/deliveries/${encodeURIComponent(made.id)}`);
        context.say(`Sent again: ${now.state}${now.reason ? `, ${now.reason}` : ""}`);
        actions.again();
      }, { class: "small" })),
    table(`Attempts of ${one.id}`, ["attempt", "at", "took", "answer"], one.attempts.map((made) => [
      made.number, time(made.at), `${made.ms} ms`,
      [made.status ? statusTag(made.status) : tag("no answer", "bad"), made.error && ` ${made.error}`,
        made.responseBody && h("details", null, h("summary", null, "body"), h("pre", { tabindex: 0 }, made.responseBody))],
    ]), "No attempt yet."));
}

function simulated(cause, events, actions) {
  const isSimulated = cause.startsWith("sim_");
  return [h("h2", { tabindex: -1 }, isSimulated ? "Somebody got in touch, or time brought it" : "Not caused by a request"),
    h("p", null, count(events.length, "event"), " caused by ", h("code", null, cause), "."),
    h("div", { class: "bar" }, h("button", { type: "button", onclick: () => actions.only(cause) }, "Show only this"))];
}

/** Draw the requests that came after it about the same records: often the receiver's next call. */
function next(rows, cause, events) {
  const records = events.map((one) => one.recordId).filter(Boolean);
  const from = rows.findLastIndex((row) => row.cause === cause || events.some((one) => one.id === row.eventId));
  if (from < 0 || !records.length) return null;
  const found = rows.slice(from + 1).filter((row) => row.row === "request" && records.some((id) => row.url.includes(id)));
  return [h("h3", null, "Next calls about the same record"),
    found.length ? h("ul", null, found.slice(0, MOST_NEXT).map((row) => h("li", null,
      h("a", { href: `#timeline/${encodeURIComponent(row.id)}` }, `${row.method} ${row.url}`), " ", row.status && statusTag(row.status))))
      : h("p", { class: "soft" }, "None so far.")];
}
