import { get, post } from "../api.js";
import { fill, h } from "../dom.js";
import { acting, button, count, field, sureButton, table, time } from "../parts.js";

export const title = "Clock";

const STEPS = [["1 minute", 60], ["1 hour", 3600], ["1 day", 86400], ["1 week", 604800]];

export async function render(root, context) {
  const face = h("p", { class: "face mono" });
  const state = h("p", { class: "soft" });
  const happened = h("div", { "aria-live": "polite" });
  const planned = h("div");
  const turn = button(context, "Freeze", () => move(clock.frozen ? "run" : "freeze"), { class: "main" });
  let clock = null;
  let seen = 0;

  const show = (answer) => {
    clock = answer;
    seen = performance.now();
    turn.textContent = clock.frozen ? "Let it run" : "Freeze";
    fill(state, clock.frozen ? "It stands still. Nothing becomes due by itself." : "It runs.");
    tick();
  };
  const tick = () => {
    const passed = clock.frozen ? 0 : performance.now() - seen;
    fill(face, new Date(Date.parse(clock.now) + passed).toISOString().slice(0, 19).replace("T", " "), h("span", null, " UTC"));
  };
  const move = async (how, body) => {
    show(await post(`/clock/${how}`, body));
    fill(happened, due(clock.happened));
    fill(planned, later((await get("/simulate")).planned));
  };
  const ahead = h("input", { type: "number", min: 0, max: 3153600000, value: "600", required: true });
  const moment = h("input", { required: true, placeholder: "2026-03-05T09:00:00Z" });
  const reset = async () => {
    await post("/reset");
    context.say("The workspace is as it was at its start");
    show(await get("/clock"));
    fill(happened);
  };

  show(await get("/clock"));
  fill(planned, later((await get("/simulate")).planned));
  fill(root, h("h1", null, title),
    h("div", { class: "card" }, face, state, h("div", { class: "bar" }, turn,
      STEPS.map(([label, seconds]) => button(context, `+ ${label}`, () => move("advance", { seconds })))),
    h("div", { class: "bar" },
      h("form", { class: "bar", onsubmit: acting(context, () => move("advance", { seconds: Number(ahead.value) })) },
        field("Seconds", ahead), h("button", null, "Advance")),
      h("form", { class: "bar", onsubmit: acting(context, () => move("set", { now: moment.value.trim() })) },
        field("Time", moment), h("button", null, "Set")),
      sureButton(context, "Reset the workspace", reset))),
    happened, h("h2", null, "Still to come"), planned);
  const timer = setInterval(tick, 1000);
  return () => clearInterval(timer);
}

function due(things) {
  if (!things) return null;
  if (!things.length) return h("p", { class: "soft" }, "Nothing became due on the way.");
  return [h("h2", null, `${count(things.length, "thing")} happened on the way`),
    table("What happened", ["time", "what"],
      things.map((one) => [time(one.at), one.summary ?? told(one)]))];
}

/** Write what happened with its details: `delivery attempted (trigger LEAD_CREATED, attempt 1, status 200)`. */
function told({ at, what, events, ...details }) {
  const words = Object.entries(details).filter(([, value]) => value !== null && typeof value !== "object");
  return `${what} (${words.map(([name, value]) => `${name} ${value}`).join(", ")})`;
}

function later(things) {
  return table("What is planned", ["time", "kind", "about"],
    things.map((one) => [time(one.at), one.kind, one.about || "anything"]), "Nobody has said that they will get in touch.");
}
