// The timeline: requests, their events and the attempts to deliver them, live, on the workspace's clock.

import { post } from "../api.js";
import { fill, h } from "../dom.js";
import { acting, count, field, select, statusTag, tag } from "../parts.js";
import { RowList } from "../row_list.js";
import { eventStory, refusedStory, story } from "../story.js";
import { follow } from "../stream.js";

export const title = "Timeline";

const MOST_ROWS = 2000;
const SHOWN = [["", "everything"], ["problems", "what stands out"], ["request", "requests"], ["change", "changes"],
  ["event", "events"], ["attempt", "deliveries"]];
const HELP = "Words, a status, an id: req_3 shows a request with all that followed.";

/** Show what happens; `#timeline/req_3` opens the story of a request, `#timeline/evt_1` that of an event. */
export async function render(root, context) {
  const view = new Timeline(root, context);
  const stop = () => view.stop();
  stop.navigate = (parts) => view.open(parts[0] ?? "");
  return stop;
}

class Timeline {
  constructor(root, context) {
    this.context = context;
    this.rows = []; // all that are kept, each after its cause
    this.held = []; // those that came while the list stands still
    this.byId = new Map();
    this.paused = false;
    this.isStale = false; // the rows that stand still are replaced when the list goes on
    this.opened = 0;
    this.story = ""; // the id that the story is about
    this.picked = null; // the row that was opened last
    this.drawn = false; // whether the story shows what was known a moment ago
    this.more = h("button", { type: "button", class: "more main", onclick: () => this.open(this.story) }, "More has happened: show it");
    this.list = new RowList("Timeline", { draw, open: (row) => this.pick(row) });
    this.problems = h("button", { type: "button", "aria-pressed": "false", onclick: () => {
      this.which.value = this.which.value === "problems" ? "" : "problems";
      this.filter();
    } });
    this.which = select(SHOWN, { onchange: () => this.filter() });
    this.search = h("input", { type: "search", placeholder: "words, 404, req_3", title: HELP, oninput: () => this.filter() });
    this.pause = h("button", { type: "button", "aria-pressed": "false", onclick: () => this.hold(!this.paused) }, "Pause");
    this.state = h("p", { class: "state", role: "status" }, "connecting");
    this.empty = h("div", { class: "card empty" });
    this.panel = h("section", { class: "story", "aria-label": "Story", hidden: true });
    fill(root, h("h1", { class: "unseen" }, title),
      h("div", { class: "bar" }, field("Show", this.which), field("Search", this.search), this.problems, this.pause,
        h("button", { type: "button", onclick: () => this.clear() }, "Clear the list"), this.saving(), this.state),
      h("div", { class: "panes" }, h("div", { class: "left" }, this.empty, this.list.root), this.panel));
    this.onkey = (event) => this.key(event);
    document.addEventListener("keydown", this.onkey);
    this.end = follow(`/feed?follow=true&limit=${MOST_ROWS}`, {
      tell: (name, data) => this.tell(name, data), fail: (fault) => context.fail(fault), state: (name) => this.said(name),
    });
    this.filter();
    if (context.parts[0]) this.open(context.parts[0]);
  }

  // --- what comes -------------------------------------------------------------------------------------------------

  tell(name, data) {
    if (name === "begin" && this.paused) [this.held, this.isStale] = [[], true];
    else if (name === "begin") this.clear();
    else if (name === "skipped") this.context.say(`${count(data.count, "row")} came too fast to be shown`);
    else if (this.paused) this.held = [...this.held, ...data].slice(-MOST_ROWS);
    else this.add(data);
    if (this.paused) this.said("live");
  }

  add(data) {
    const shown = this.list.items;
    let fresh = false;
    for (const row of data) {
      row.words = words(row);
      const before = this.byId.get(row.id);
      this.byId.set(row.id, row);
      if (before) {
        this.rows[this.rows.lastIndexOf(before)] = row;
        fresh = true;
      } else {
        this.rows.push(row);
        if (this.isShown(row)) shown.push(row);
      }
    }
    const dropped = this.rows.splice(0, Math.max(0, this.rows.length - MOST_ROWS));
    for (const row of dropped) this.byId.delete(row.id);
    if (fresh) this.filter();
    else this.show(shown, dropped);
    if (this.story && this.list.current < 0) this.list.mark(this.story);
    if (this.drawn && data.some((row) => target(row) === this.story && !this.tells(row))) this.more.hidden = false;
  }

  /** Tell whether the story has what a row is about: rows come a moment later than what a click has brought. */
  tells(row) {
    const parts = [...this.panel.querySelectorAll("[data-id]")];
    if (row.row === "event") return parts.some((one) => one.dataset.id === row.id);
    if (row.row !== "attempt") return true;
    return parts.some((one) => one.dataset.id === row.deliveryId && Number(one.dataset.attempts) >= row.number);
  }

  show(shown, dropped = []) {
    const gone = new Set(dropped);
    const kept = dropped.length ? shown.filter((row) => !gone.has(row)) : shown;
    this.list.set(kept, shown.length - kept.length);
    this.list.root.hidden = !kept.length;
    fill(this.empty, this.rows.length ? "No row is as the filter asks for."
      : ["Nothing has happened yet. Send a request, or ", h("a", { href: "#simulate" }, "let somebody call"), ": it shows here at once."]);
    this.empty.hidden = kept.length > 0;
    const problems = this.rows.filter(stands).length;
    fill(this.problems, "Stands out ", tag(problems, problems ? "bad" : ""));
    this.problems.setAttribute("aria-pressed", this.which.value === "problems");
  }

  filter() {
    this.show(this.rows.filter((row) => this.isShown(row)));
  }

  isShown(row) {
    const asked = this.search.value.trim().toLowerCase();
    return isOf(row, this.which.value) && (!asked || asked.split(/\s+/).every((word) => this.has(row, word)));
  }

  /** Tell whether a row has a word; an id must be whole: req_3 is not req_30. */
  has(row, word) {
    if (!/^(req|sim|evt|dlv)_/.test(word)) return row.words.includes(word);
    return [row.id, row.cause, row.eventId, row.deliveryId].some((id) => id?.toLowerCase() === word);
  }

  said(name) {
    const waiting = this.held.length ? `, ${count(this.held.length, "row")} waiting` : "";
    const text = name === "broken" ? "the server does not answer; trying again" : this.paused ? `paused${waiting}` : "live";
    if (this.state.textContent !== text) fill(this.state, text);
    this.state.className = `state ${name === "broken" ? "bad" : this.paused ? "warn" : "good"}`;
  }

  hold(paused) {
    this.paused = paused;
    this.pause.setAttribute("aria-pressed", paused);
    fill(this.pause, paused ? "Go on" : "Pause");
    if (!paused) {
      const held = this.held.splice(0);
      if (this.isStale) this.clear();
      this.add(held);
    }
    this.said("live");
  }

  clear() {
    [this.rows, this.held, this.isStale] = [[], [], false];
    this.byId.clear();
    this.show([]);
  }

  // --- the story of a row -----------------------------------------------------------------------------------------

  pick(row) {
    this.picked = row;
    const id = target(row);
    if (id === this.story) this.point();
    else this.context.go("timeline", id);
  }

  /** Bring the part of the story into sight that the picked row is about. */
  point() {
    const part = [...this.panel.querySelectorAll("[data-id]")].find((one) =>
      [this.picked?.deliveryId, this.picked?.id].includes(one.dataset.id));
    if (part) part.scrollIntoView({ block: "center" });
    else this.panel.scrollTop = 0;
    for (const one of this.panel.querySelectorAll(".picked")) one.classList.remove("picked");
    part?.classList.add("picked");
  }

  async open(id) {
    const turn = ++this.opened;
    this.story = id;
    this.list.isKin = (row) => Boolean(id) && target(row) === id;
    this.list.changed();
    this.drawn = false;
    if (!this.picked || target(this.picked) !== id) this.picked = null;
    if (!this.picked && id) this.list.mark(id);
    this.panel.hidden = !id;
    this.panel.parentElement.classList.toggle("open", Boolean(id));
    if (!id) return;
    const actions = {
      only: (word) => { this.search.value = word; this.filter(); },
      again: () => this.open(id),
    };
    const close = h("button", { type: "button", class: "close", onclick: () => this.close() }, "Close");
    try {
      const drawn = await this.storyOf(id)(this.context, id, this.rows, actions);
      if (turn === this.opened) fill(this.panel, close, this.more, drawn);
    } catch (fault) {
      if (turn !== this.opened) return;
      if (fault.status !== 404) this.context.fail(fault);
      fill(this.panel, close, h("h2", { tabindex: -1 }, id), h("p", null, `This is not kept any more: ${fault.message}.`));
    }
    this.more.hidden = true;
    this.drawn = true;
    this.panel.querySelector("h2")?.focus({ preventScroll: true });
    for (const box of this.panel.querySelectorAll("pre")) reveal(box);
    this.point();
  }

  storyOf(id) {
    if (id.startsWith("evt_")) return eventStory;
    return id.startsWith("req_anon") ? refusedStory : story;
  }

  close() {
    this.context.go("timeline");
    this.list.root.focus();
  }

  key(event) {
    const writes = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "Escape" && !this.panel.hidden && !event.defaultPrevented) this.close();
    else if (event.key === "/" && !writes && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.search.focus();
    }
  }

  /** Make the button that saves the workspace as it is now. */
  saving() {
    const name = h("input", { type: "text", required: true, pattern: "[A-Za-z0-9][A-Za-z0-9._\\-]*", maxlength: 64, value: "from-the-page" });
    const form = h("form", { class: "bar", hidden: true, onsubmit: acting(this.context, async () => {
      await post("/snapshots", { name: name.value });
      form.hidden = true;
      this.context.say(`Saved: restore it with the snapshot ${name.value}`);
    }) }, field("Name of the snapshot", name), h("button", { class: "main" }, "Save"));
    const show = h("button", { type: "button", onclick: () => {
      form.hidden = !form.hidden;
      name.focus();
    } }, "Save snapshot");
    return [show, form];
  }

  stop() {
    this.end();
    this.list.stop();
    document.removeEventListener("keydown", this.onkey);
  }
}

/** Scroll a long body to its first line that has a remark. */
function reveal(box) {
  const mark = box.querySelector(".marked, .remark");
  if (mark) box.scrollTop = mark.offsetTop - box.offsetTop - box.clientHeight / 3;
}

/** The id by which a row's story is found: that of its cause. */
function target(row) {
  const cause = row.row === "request" ? row.id : row.cause ?? "";
  return /^(req|sim)_/.test(cause) ? cause : row.eventId ?? row.id;
}

function isOf(row, which) {
  if (which === "problems") return stands(row);
  if (which === "change") return row.changes?.length > 0;
  return !which || row.row === which;
}

/** Tell whether a person should look at a row: it failed, or something of it was not read. */
function stands(row) {
  if (row.row === "request") return row.status >= 400 || row.ignored.length > 0 || Boolean(row.fault);
  return row.row === "attempt" && !isGood(row.status);
}

function isGood(status) {
  return status >= 200 && status < 300;
}

function words(row) {
  const { method, url, status, operation, why, type, recordId, trigger, error, id, state, changes, fault } = row;
  return [method, url, status, operation, why, type, recordId, trigger, error, id, state, fault, ...(changes ?? []),
    ...(row.ignored ?? []).map((one) => one.name)].filter(Boolean).join(" ").toLowerCase();
}

// --- one row ------------------------------------------------------------------------------------------------------

function draw(row) {
  const [what, outcome, more] = { request, event, attempt }[row.row](row);
  const at = row.at ?? "";
  return [h("span", { class: "at", title: `${at} ${row.id}` }, h("span", { class: "date" }, at.slice(5, 10), " "), at.slice(11, 23)),
    h("span", { class: "what" }, what), h("span", { class: "outcome" }, outcome), h("span", { class: "more" }, more)];
}

function request(row) {
  const flags = [
    row.fault && !row.why.includes(row.fault) && tag(`fault ${row.fault}`, "bad"), row.mapping && tag("stub", "warn"),
    row.ignored.filter(({ in: place }) => place !== "path" && place !== "method").map((one) => tag(unread(one), "warn")),
    counted(row.changes).map((text) => tag(text)),
  ];
  const isRefused = row.status >= 400;
  const why = row.why && (isRefused || !row.ignored.length) && h("span", { class: isRefused ? "bad" : "soft" }, `${row.why} `);
  return [[h("b", null, row.method), " ", row.url], row.status ? statusTag(row.status) : row.status === null ? tag("…") : tag("none", "bad"),
    [isRefused ? [why, flags] : [flags, why], h("span", { class: "soft" }, row.id)]];
}

function unread({ in: place, name, didYouMean }) {
  return `unread: ${place} ${name}${didYouMean ? ` (${didYouMean}?)` : ""}`;
}

/** Count equal texts, those about the record itself before those about records below it. */
function counted(texts) {
  const times = new Map();
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
  const depth = ([text]) => text.split("/").length;
  return [...times].sort((one, other) => depth(one) - depth(other)).map(([text, number]) => (number > 1 ? `${text} ×${number}` : text));
}

function event(row) {
  return [[h("b", null, row.type), row.recordId && ` ${row.recordId}`], tag("event"),
    h("span", { class: "soft" }, `by ${row.cause}`)];
}

function attempt(row) {
  const outcome = row.status ? tag(row.status, isGood(row.status) ? "good" : "bad") : tag("no answer", "bad");
  return [[h("b", null, "→ "), row.url], outcome,
    [row.error && h("span", { class: "bad" }, `${row.error} `), row.state === "failed" && [tag("given up", "bad"), " "],
      row.dueAt && h("span", { class: "warn" }, `again at ${row.dueAt.slice(11, 19)} `),
      h("span", { class: "soft" }, row.trigger, row.recordId && ` ${row.recordId}`, row.cause && ` by ${row.cause}`,
        `, attempt ${row.number}, ${row.ms} ms`)]];
}
