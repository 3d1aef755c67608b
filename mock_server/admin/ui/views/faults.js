import { del, get, post } from "../api.js";
import { fill, h } from "../dom.js";
import { acting, button, copyButton, curl, field, renewable, select, table, tag } from "../parts.js";

export const title = "Faults";

const STATUSES = [429, 500, 502, 503, 504, 400, 401, 403, 404, 409];
const BROKEN = ["TIMEOUT", "CONNECTION_RESET_BY_PEER", "EMPTY_RESPONSE", "MALFORMED_RESPONSE_CHUNK",
  "RANDOM_DATA_THEN_CLOSE", "INCOMPLETE_RESPONSE", "TRUNCATED_BODY", "GARBAGE_BODY", "STALE_READ"];

export async function render(root, context) {
  const operations = Object.keys((await get("/provenance")).operations);
  const list = h("div");
  const rules = renewable(list, context, async () => shown(context, (await get("/faults")).faults, rules));
  fill(root, h("h1", null, title),
    h("p", { class: "soft" }, "A rule lets the server do its work, and then breaks the answer or the connection."),
    form(context, operations, rules.again), list);
  await rules.again();
}

function form(context, operations, again) {
  const operation = select([["", "every request"], ...operations.map((one) => [one])]);
  const what = select([...STATUSES.map((one) => [`status ${one}`]), ["slow", "only slow"], ...BROKEN.map((one) => [one])]);
  const delay = h("input", { type: "number", min: 0, max: 120000, placeholder: "0" });
  const nth = h("input", { type: "number", min: 1, placeholder: "every" });
  const times = h("input", { type: "number", min: 1, placeholder: "no limit" });
  const share = h("input", { type: "number", min: 0, max: 100, value: "100" });
  const add = acting(context, async () => {
    const rule = ruleOf(operation.value, what.value, delay.value, nth.value, times.value, share.value);
    await post("/faults", rule);
    context.say("The rule is added");
    await again();
  });
  return h("form", { class: "card bar", onsubmit: add },
    field("Requests", operation), field("What happens", what), field("Delay in ms", delay),
    field("Only the nth", nth), field("At most so often", times), field("Percent of them", share),
    h("button", { class: "main" }, "Add"));
}

function ruleOf(operation, what, delay, nth, times, share) {
  const response = {};
  if (what.startsWith("status ")) response.status = Number(what.slice(7));
  else if (what !== "slow") response.fault = what;
  if (delay || what === "slow") response.fixedDelayMilliseconds = Number(delay || 1000);
  return {
    ...(operation && { request: { operation } }), response,
    ...(nth && { nth: Number(nth) }), ...(times && { count: Number(times) }),
    ...(share !== "100" && { probability: Number(share) / 100 }),
  };
}

function shown(context, faults, rules) {
  const heal = async () => {
    await post("/faults/heal");
    context.say("No request fails any more");
    await rules.again();
  };
  return [
    h("div", { class: "bar" }, h("h2", null, "Rules"), rules.button(),
      faults.length > 0 && button(context, "Heal all", heal)),
    table("Rules", ["requests", "what happens", "when", "matched", "struck", ""], faults.map((one) => [
      h("code", null, requests(one.request)), effect(one.response), when(one), one.calls,
      one.strikes ? tag(one.strikes, "bad") : 0,
      h("div", { class: "bar tight" },
        button(context, "Heal", async () => { await del(`/faults/${encodeURIComponent(one.id)}`); await rules.again(); }),
        copyButton(context, "Copy as curl", curl("POST", "/faults", again(one)))),
    ]), "There is no rule: no request fails."),
  ];
}

function requests(request) {
  return request.operation ?? (Object.keys(request).length ? JSON.stringify(request) : "every request");
}

function effect(response) {
  const { status, fault, fixedDelayMilliseconds: delay, ...rest } = response;
  const words = [status && `status ${status}`, fault, delay && `${delay} ms late`];
  if (Object.keys(rest).length) words.push(JSON.stringify(rest));
  return words.filter(Boolean).join(", ");
}

function when({ nth, count, probability, forOneKey }) {
  const words = [nth && `request ${nth} only`, count && `at most ${count} times`, forOneKey && "of one key"];
  if (probability !== null && probability < 1) words.push(`${probability * 100} % of them`);
  return words.filter(Boolean).join(", ") || "always";
}

/** Leave out what the server has added to a rule. */
function again({ request, response, nth, count, probability }) {
  return { request, response, ...(nth && { nth }), ...(count && { count }), ...(probability < 1 && { probability }) };
}
