// A JSON value line by line, with remarks below the line that they are about.

import { h } from "./dom.js";

const MOST_LINES = 400;

/** Draw a value. `remarks` are pairs of a JSON pointer and an element; one that has no line comes at the end. */
export function jsonLines(value, remarks = []) {
  const lines = [];
  write(lines, value, "", "", "", "");
  const left = new Set(remarks);
  const drawn = lines.slice(0, MOST_LINES).map(({ text, pointer }) => {
    const here = [...left].filter(([place]) => place === pointer && pointer !== "");
    here.forEach((remark) => left.delete(remark));
    return [h("span", { class: here.length ? "jl marked" : "jl" }, text, "\n"), here.map(([, element]) => element)];
  });
  if (lines.length > MOST_LINES) drawn.push(h("span", { class: "soft" }, `… ${lines.length - MOST_LINES} more lines\n`));
  return h("pre", { tabindex: 0 }, drawn, [...left].map(([, element]) => element));
}

function write(lines, value, pointer, name, indent, end) {
  const label = name === "" ? "" : `${JSON.stringify(name)}: `;
  const isList = Array.isArray(value);
  if (value === null || typeof value !== "object" || !Object.keys(value).length) {
    lines.push({ text: `${indent}${label}${JSON.stringify(value)}${end}`, pointer });
    return;
  }
  lines.push({ text: `${indent}${label}${isList ? "[" : "{"}`, pointer });
  const entries = Object.entries(value);
  entries.forEach(([key, inner], at) => write(lines, inner, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`,
    isList ? "" : key, `${indent}  `, at < entries.length - 1 ? "," : ""));
  lines.push({ text: `${indent}${isList ? "]" : "}"}${end}` });
}
