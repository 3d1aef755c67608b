import { del, get, post } from "../api.js";
import { fill, h } from "../dom.js";
import { button, copyButton, curl, field, select, sureButton, table, time } from "../parts.js";
import { python } from "../snippets.js";

export const title = "Simulate";

const CONTACTS = [["call", "Call"], ["sms", "SMS"], ["email", "Mail"], ["chat", "Chat"], ["webform", "Form"]];
const VISITS = [["book", "Book an appointment"], ["move", "Move one"], ["cancel", "Cancel one"]];
const WHO = [["", "somebody new"], ["known", "a lead that is known"], ["named", "this lead, phone or mail:"]];

export async function render(root, context) {
  const who = select(WHO, { onchange: () => { named.disabled = who.value !== "named"; } });
  const named = h("input", { "aria-label": "Lead, phone or mail", disabled: true, placeholder: "ld_… or +61 …" });
  const about = h("input", { placeholder: "blocked drain" });
  const many = h("input", { type: "number", min: 1, max: 1000, value: "1" });
  const over = h("input", { type: "number", min: 0, max: 2678400, value: "0" });
  const happened = h("div", { "aria-live": "polite" });
  const planned = h("div");

  const wanted = (more) => {
    const from = who.value === "named" ? named.value.trim() : who.value;
    const asked = { ...more, ...(from && { from }), ...(about.value && { about: about.value }) };
    if (Number(many.value) > 1) Object.assign(asked, { count: Number(many.value), over: Number(over.value) });
    return asked;
  };
  const send = async (more) => {
    const asked = wanted(more);
    const answer = await post("/simulate", asked);
    fill(happened, h("h2", null, "It happened"), outcome(answer.happened),
      h("div", { class: "bar" }, copyButton(context, "Copy as curl", curl("POST", "/simulate", asked)),
        copyButton(context, "Copy as pytest", pytest(asked))));
    await renew();
  };
  const renew = async () => {
    const rows = (await get("/simulate")).planned;
    fill(planned, h("h2", null, "Still to come"),
      table("What is planned", ["time", "kind", "from", "about"],
        rows.map((one) => [time(one.at), one.kind, one.sender || "somebody new", one.about || "anything"]), "Nothing is planned."),
      rows.length > 0 && sureButton(context, "Forget all of it", async () => { await del("/simulate"); await renew(); }));
  };
  await renew();
  fill(root, h("h1", null, title),
    h("p", { class: "soft" }, "People get in touch with the business. Leads, inquiries, events and webhooks follow."),
    h("div", { class: "card" },
      h("div", { class: "bar" }, CONTACTS.map(([kind, label]) => button(context, label, () => send({ kind }), { class: "main" }))),
      h("div", { class: "bar" },
        VISITS.map(([action, label]) => button(context, label, () => send({ kind: "appointment", action })))),
      h("div", { class: "bar" }, field("Who", who), field("Which", named), field("About", about),
        field("How many", many), field("Over seconds", over))),
    happened, planned);
}

function outcome(happened) {
  return table("What happened", ["time", "what", "lead", "events"], happened.map((one) => [
    time(one.at), one.summary ?? "",
    one.leadId && [h("a", { href: `#records/leads/${encodeURIComponent(one.leadId)}` }, one.leadId), one.newLead && " (new)"],
    (one.events ?? []).length,
  ]), "Nothing happens now; it is planned.");
}

function pytest(asked) {
  const words = Object.entries(asked).filter(([name]) => name !== "kind")
    .map(([name, value]) => `, ${name === "from" ? "from_" : name}=${python(value)}`);
  return `sophiie.simulate(${python(asked.kind)}${words.join("")})`;
}
