import { del, get, post } from "../api.js";
import { fill, h } from "../dom.js";
import { button, copyButton, count, curl, facts, json, renewable, select, statusTag, sureButton, table, tag, time } from "../parts.js";

export const title = "Webhooks";

const STATES = [["", "all states"], ["failed"], ["pending"], ["delivered"], ["cancelled"]];
const KINDS = { failed: "bad", pending: "warn", delivered: "good" };
const PAGE = 100;
const MOST_SENT = 1000; // the newest, at one click

/** Deliveries and who gets them; `#webhooks/dlv_1` opens one, `#webhooks/failed` shows those of a state. */
export async function render(root, context) {
  const [asked = ""] = context.parts;
  const isState = STATES.some(([name]) => name === asked);
  const state = select(STATES, { "aria-label": "State", onchange: () => context.go("webhooks", state.value) });
  state.value = isState ? asked : "";
  const subscribers = h("div");
  const deliveries = h("div");
  const both = {
    again: () => Promise.all([subscribed.again(), owed.again()]),
    settled: async () => {
      await post("/webhooks/drain", { timeout: 5 }).catch(() => {}); // a slow receiver is shown as pending
      await both.again();
    },
  };
  const subscribed = renewable(subscribers, context, async () =>
    subscriptions(context, (await get(`/webhooks/subscriptions?limit=${PAGE}`)), both));
  const owed = renewable(deliveries, context, async () => {
    if (asked && !isState) return [one(context, await get(`/webhooks/deliveries/${encodeURIComponent(asked)}`), both, true)];
    const [found, delivered] = await Promise.all([state.value && `&state=${state.value}`, "&state=delivered"]
      .map((narrowed) => get(`/webhooks/deliveries?limit=${PAGE}${narrowed}`)));
    const arrived = new Map(delivered.items.map((one) => [message(one), one]));
    return list(context, found, both, arrived);
  });
  fill(root, h("h1", null, title), h("h2", null, "Subscriptions"), subscribers,
    h("div", { class: "bar" }, h("h2", null, "Deliveries"), state, owed.button(),
      asked && !isState && h("a", { href: "#webhooks" }, "all deliveries"),
      button(context, "Send all that failed again", () => sendFailed(context, both))),
    deliveries);
  await both.again();
}

/** Send once more each message that has not arrived, however many of its deliveries failed. */
async function sendFailed(context, both) {
  const [failed, delivered] = await Promise.all(["failed", "delivered"]
    .map((state) => get(`/webhooks/deliveries?limit=${MOST_SENT}&state=${state}`)));
  const missing = new Map(failed.items.map((one) => [message(one), one.id]));
  for (const one of delivered.items) missing.delete(message(one));
  if (!missing.size) return context.say("All that failed has arrived since");
  const sent = await post("/webhooks/deliveries/redeliver", { newId: false, ids: [...missing.values()] });
  await both.settled();
  return context.say(`${count(sent.deliveries.length, "delivery", "deliveries")} sent again`);
}

function subscriptions(context, { items, total }, both) {
  const change = (one, how) => button(context, how === "pause" ? "Pause" : "Resume", async () => {
    await post(`/webhooks/subscriptions/${one.id}/${how}`);
    await both.settled();
  });
  return [
    table("Subscriptions", ["id", "trigger", "receiver", "since", ""], items.map((one) => [
      one.id, one.trigger, h("code", null, one.hookUrl), time(one.createdAt),
      h("div", { class: "bar tight" }, one.paused && tag("paused", "warn"), change(one, one.paused ? "resume" : "pause"),
        sureButton(context, "End", async () => { await del(`/webhooks/subscriptions/${one.id}`); await both.again(); })),
    ]), "Nobody subscribes: events are written down and delivered to nobody."),
    total > items.length && h("p", { class: "soft" }, `The newest ${items.length} of ${total}.`),
  ];
}

function list(context, { items, total }, both, arrived) {
  if (!items.length) return h("p", { class: "soft" }, "There is no delivery.");
  return [items.map((delivery) => one(context, delivery, both, false, arrived)),
    total > items.length && h("p", { class: "soft" }, `The newest ${items.length} of ${total}.`)];
}

function one(context, delivery, both, open, arrived = new Map()) {
  const again = async (newId) => {
    const [made] = (await post(`${place(delivery)}/redeliver`, { newId })).deliveries;
    await both.settled();
    const now = await get(place(made));
    context.say(`Sent again: ${now.state}${now.reason ? `, ${now.reason}` : ""}`);
    if (open) context.go("webhooks", made.id); // it is a delivery of its own
  };
  return h("details", { class: "card row", open },
    h("summary", null, tag(delivery.state, KINDS[delivery.state]), " ", h("strong", null, delivery.trigger), " ",
      delivery.state === "failed" && arrived.has(message(delivery)) && [tag("delivered later", "good"), " "],
      delivery.reason && h("span", { class: delivery.state === "failed" ? "bad" : "soft" }, delivery.reason, " "),
      h("span", { class: "soft" }, "to ", h("code", null, delivery.url), " ", time(delivery.createdAt))),
    h("div", { class: "bar" },
      button(context, "Send again", () => again(false), { class: "main" }),
      button(context, "Send again with a new id", () => again(true)),
      delivery.state === "pending" && button(context, "Cancel", async () => {
        await post(`${place(delivery)}/cancel`);
        await both.again();
      }),
      copyButton(context, "Copy as curl", curl("POST", `${place(delivery)}/redeliver`, { newId: false })),
      !open && h("a", { href: `#webhooks/${encodeURIComponent(delivery.id)}` }, "only this one")),
    facts([["Delivery", delivery.id], ["Event", eventOf(delivery)], ["Subscription", delivery.subscriptionId],
      ["Due", time(delivery.dueAt) || "no more"]]),
    h("h3", null, count(delivery.attempts.length, "attempt")), delivery.attempts.map(attempt));
}

/** Show the event when it is asked for, with the request that caused it. */
function eventOf(delivery) {
  const place = h("span", null, delivery.eventId, " ");
  const show = async () => {
    const event = await get(`/webhooks/events/${encodeURIComponent(delivery.eventId)}`);
    more.remove();
    place.append(event.cause ? h("a", { href: `#timeline/${encodeURIComponent(event.cause)}` }, `caused by ${event.cause}`) : "",
      json(event.body));
  };
  const more = h("button", { type: "button", class: "small", onclick: () => show().catch(() => {
    fill(more, "the event is not kept any more");
  }) }, "what was sent, and why");
  place.append(more);
  return place;
}

function attempt(made) {
  return h("div", { class: "attempt" },
    h("p", null, `${made.number}. `, time(made.at), " ", made.status ? statusTag(made.status) : tag("no answer", "bad"),
      ` in ${made.ms} ms `, made.error && h("span", { class: "bad" }, made.error)),
    h("details", null, h("summary", null, "headers and the receiver's answer"),
      h("h4", null, "Headers that we sent"), json(made.requestHeaders),
      made.status && [h("h4", null, "The receiver's answer"), json(made.responseHeaders),
        h("pre", { tabindex: 0 }, made.responseBody || "(no body)")]));
}

/** What two deliveries of one event to one subscriber have in common. */
function message({ messageId, subscriptionId }) {
  return `${messageId} ${subscriptionId}`;
}

function place(delivery) {
  return `/webhooks/deliveries/${encodeURIComponent(delivery.id)}`;
}
