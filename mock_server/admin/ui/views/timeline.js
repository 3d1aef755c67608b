import { fill, h } from "../dom.js";

export const title = "Timeline";

export async function render(root, context) {
  fill(root, h("h1", null, title));
  return () => {};
}
