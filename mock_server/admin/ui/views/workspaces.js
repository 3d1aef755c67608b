import { del, get, post, workspace } from "../api.js";
import { fill, h } from "../dom.js";
import { acting, button, copyButton, field, renewable, sureButton, table, tag, time } from "../parts.js";

export const title = "Workspaces";

export async function render(root, context) {
  const made = h("div", { "aria-live": "polite" });
  const tenants = h("div");
  const saved = h("div");
  const list = renewable(tenants, context, async () => shown(context, (await get("/workspaces")).workspaces, list));
  const snapshots = renewable(saved, context, async () => states(context, (await get("/snapshots")).snapshots, snapshots));
  fill(root, h("h1", null, title),
    h("p", { class: "soft" }, "Each is a tenant with its own records, clock, journal and subscriptions. A key selects it."),
    tenants, h("h2", null, "Make a workspace"), form(context, made, list.again), made, saved);
  await Promise.all([list.again(), snapshots.again()]);
}

function shown(context, all, list) {
  const remove = (id) => sureButton(context, "Remove", async () => {
    await del(`/workspaces/${encodeURIComponent(id)}`);
    if (id === workspace()) context.changeWorkspace("default");
    else await list.again();
  });
  return table("Workspaces", ["name", "business", "world", "time", "requests", "labels", "ends", ""], all.map((one) => [
    h("strong", null, one.id), one.organization?.name ?? "", `${one.world}, seed ${one.seed}`,
    [time(one.now), one.frozen && [" ", tag("frozen", "warn")]], one.requests,
    Object.entries(one.labels).map(([name, value]) => [tag(`${name}=${value}`), " "]),
    one.expires ? time(one.expires) : "never",
    h("div", { class: "bar tight" },
      one.id === workspace() ? tag("shown", "good")
        : button(context, "Show", () => context.changeWorkspace(one.id), { class: "main" }),
      one.id !== "default" && remove(one.id)),
  ]));
}

function form(context, made, again) {
  const id = h("input", { placeholder: "pr-12", pattern: "[A-Za-z0-9][A-Za-z0-9._-]*" });
  const world = h("input", { placeholder: "small" });
  const seed = h("input", { type: "number", step: 1, placeholder: "1" });
  const ttl = h("input", { placeholder: "8h" });
  const labels = h("input", { placeholder: "pr=12, team=web" });
  const frozen = h("input", { type: "checkbox" });
  const add = acting(context, async () => {
    const answer = await post("/workspaces", {
      ...(id.value && { id: id.value }), ...(world.value && { world: world.value.trim() }),
      ...(seed.value && { seed: Number(seed.value) }), ...(ttl.value && { ttl: ttl.value.trim() }),
      ...(labels.value && { labels: labelsOf(labels.value) }), ...(frozen.checked && { frozen: true }),
    });
    // The key itself is not written on the page: somebody may look over a shoulder, or share the screen.
    fill(made, h("p", { class: "card" }, `The workspace ${answer.id} is made. Its key is given out once. `,
      copyButton(context, "Copy the key", answer.key), " ",
      button(context, "Show the workspace", () => context.changeWorkspace(answer.id))));
    await again();
  });
  return h("form", { class: "card bar", onsubmit: add },
    field("Name", id), field("World", world), field("Seed", seed), field("Ends after", ttl), field("Labels", labels),
    h("label", null, frozen, "clock stands still"), h("button", { class: "main" }, "Make"));
}

function labelsOf(text) {
  const pairs = text.split(",").map((pair) => pair.trim()).filter(Boolean);
  return Object.fromEntries(pairs.map((pair) => [pair.split("=")[0].trim(), pair.split("=").slice(1).join("=").trim()]));
}

function states(context, all, snapshots) {
  const name = h("input", { placeholder: "before-the-test", required: true });
  const save = acting(context, async () => {
    await post("/snapshots", { name: name.value.trim() });
    context.say("Saved");
    await snapshots.again();
  });
  const place = (one) => `/snapshots/${encodeURIComponent(one.name)}`;
  const restore = (one) => sureButton(context, "Restore", async () => {
    await post(`${place(one)}/restore`);
    context.say(`The workspace is as it was in ${one.name}`);
  });
  return [
    h("h2", null, `Snapshots of ${workspace()}`),
    h("form", { class: "bar", onsubmit: save }, field("Name of the snapshot", name), h("button", null, "Save")),
    table("Snapshots", ["name", "its time", ""], all.map((one) => [
      one.name, time(one.now),
      h("div", { class: "bar tight" }, restore(one),
        sureButton(context, "Forget", async () => { await del(place(one)); await snapshots.again(); })),
    ]), "There is none yet."),
  ];
}
