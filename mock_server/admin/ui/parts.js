// Parts that several views use: buttons, tables, tags, times, and texts to copy.

import { workspace } from "./api.js";
import { fill, h } from "./dom.js";
import { quoted } from "./snippets.js";

/** Make the handler of a button or a form: it acts once at a time, and shows why something could not be done. */
export function acting(context, action) {
  let busy = false;
  return async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    try {
      await action(event);
    } catch (fault) {
      context.fail(fault);
    } finally {
      busy = false;
    }
  };
}

export function button(context, label, action, attributes) {
  return h("button", { type: "button", ...attributes, onclick: acting(context, action) }, label);
}

/** Make a button that acts at the second click: what it removes does not come back. */
export function sureButton(context, label, action) {
  const made = button(context, label, async () => {
    if (made.textContent === label) {
      made.textContent = `${label}: sure?`;
      setTimeout(() => { made.textContent = label; }, 4000);
      return;
    }
    await action();
  });
  return made;
}

/** Make a field with its label above it. */
export function field(label, input) {
  return h("label", { class: "field" }, h("span", null, label), input);
}

export function select(options, attributes) {
  return h("select", attributes, options.map(([value, label]) => h("option", { value }, label ?? value)));
}

/** Make a table; `rows` are lists of cells. An empty one says so. */
export function table(caption, headings, rows, empty) {
  if (!rows.length) return h("p", { class: "soft" }, empty);
  return h("div", { class: "scroll", role: "region", "aria-label": caption, tabindex: 0 },
    h("table", null,
      h("thead", null, h("tr", null, headings.map((heading) =>
        h("th", { scope: "col" }, heading || h("span", { class: "unseen" }, "what can be done"))))),
      h("tbody", null, rows.map((cells) => h("tr", null, cells.map((cell, at) => td(headings[at], cell)))))));
}

/** Make a cell that knows its heading: a narrow window shows both in one line. */
function td(name, cell) {
  const isEmpty = [cell].flat(Infinity).every((part) => part === "" || part === null || part === undefined || part === false);
  return h("td", { "data-name": name }, isEmpty ? null : h("div", null, cell));
}

export function tag(text, kind = "") {
  return h("span", { class: `tag ${kind}` }, text);
}

/** Make the tag of an HTTP status. */
export function statusTag(status) {
  return tag(status, status >= 500 ? "bad" : status >= 400 ? "warn" : "good");
}

/** Write a time of the server as people read it, to the second. */
export function time(text) {
  if (!text) return "";
  return h("time", { datetime: text, title: text, class: "nowrap" }, text.slice(0, 19).replace("T", " "));
}

export function json(value) {
  return h("pre", { tabindex: 0 }, JSON.stringify(value, null, 2));
}

/** Write names with their values; a value may be an element. */
export function facts(pairs) {
  return h("dl", null, pairs.map(([name, value]) => [h("dt", null, name), h("dd", null, value)]));
}

export function count(number, one, several = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : several}`;
}

export function copyButton(context, label, text) {
  return button(context, label, async () => {
    await copy(text);
    context.say("Copied");
  });
}

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = h("textarea", { value: text, class: "unseen" }); // only https and localhost have a clipboard
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

/** Write a control request for a shell. */
export function curl(method, path, body) {
  const parts = [`curl -s -X ${method} ${quoted(`${location.origin}/__admin${path}`)}`];
  parts.push(`-H ${quoted(`X-Mock-Workspace: ${workspace()}`)}`);
  if (body !== undefined) parts.push("-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(body))}`);
  return parts.join(" \\\n  ");
}

/** Draw a part of a view that can be drawn anew: `again()` asks for its data and replaces it. */
export function renewable(root, context, draw) {
  const again = async () => fill(root, await draw(again));
  return { again, button: () => button(context, "Refresh", again) };
}
