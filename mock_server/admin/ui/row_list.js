// A list of thousands of rows of one height, of which only those in sight are in the page.

import { h } from "./dom.js";

const BEYOND = 8; // rows above and below that are ready before they come into sight

export class RowList {
  /** `draw(item)` makes the content of a row, `open(item)` is called when a person picks one. */
  constructor(label, { draw, open }) {
    this.items = [];
    this.current = -1; // the row with the cursor
    this.follows = true; // the newest row stays in sight
    this.draw = draw;
    this.open = open;
    this.isKin = () => false; // rows that are marked, as they belong to what is open
    this.elements = new Map();
    this.inner = h("div", { class: "rows", role: "presentation" });
    this.root = h("div", {
      class: "list", role: "listbox", tabindex: 0, "aria-label": label,
      onscroll: () => this.scrolled(), onkeydown: (event) => this.key(event), onclick: (event) => this.click(event),
    }, this.inner);
    this.watch = new ResizeObserver(() => this.changed());
    this.watch.observe(this.root);
  }

  /** Show other items, or the same ones after a change. `dropped` of the first ones are gone. */
  set(items, dropped = 0) {
    this.items = items;
    if (dropped && !this.follows) this.root.scrollTop -= dropped * this.height;
    if (this.current >= 0) this.current = Math.max(-1, this.current - dropped);
    this.changed();
  }

  /** Draw at the next frame, once, however often it is asked for. */
  changed() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.show();
    });
  }

  get height() {
    return parseFloat(getComputedStyle(this.root).getPropertyValue("--row")) || 34;
  }

  show() {
    const { height, items, root } = this;
    this.inner.style.height = `${items.length * height}px`;
    if (this.follows) root.scrollTop = items.length * height;
    const first = Math.max(0, Math.floor(root.scrollTop / height) - BEYOND);
    const last = Math.min(items.length, Math.ceil((root.scrollTop + root.clientHeight) / height) + BEYOND);
    const shown = new Map();
    for (let at = first; at < last; at += 1) shown.set(items[at].id, this.row(items[at], at, height));
    for (const [id, element] of this.elements) if (shown.get(id) !== element) element.remove();
    let next = this.inner.firstChild; // readers of screens go by the order in the page
    for (const element of shown.values()) {
      if (element === next) next = next.nextSibling;
      else this.inner.insertBefore(element, next);
    }
    this.elements = shown;
    const now = items[this.current] && shown.get(items[this.current].id);
    if (now) root.setAttribute("aria-activedescendant", now.id);
    else root.removeAttribute("aria-activedescendant");
  }

  row(item, at, height) {
    let element = this.elements.get(item.id);
    if (element?.item !== item) {
      element = h("div", { role: "option", id: `row-${item.id}`, class: "line", "data-row": item.row }, this.draw(item));
      element.item = item;
    }
    element.at = at;
    const wanted = { "aria-posinset": at + 1, "aria-setsize": this.items.length, "aria-selected": at === this.current };
    for (const [name, value] of Object.entries(wanted)) {
      if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
    }
    element.style.top = `${at * height}px`;
    element.classList.toggle("kin", this.isKin(item));
    return element;
  }

  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.root;
    this.follows = scrollHeight - scrollTop - clientHeight < this.height;
    this.changed();
  }

  click(event) {
    const element = event.target.closest?.(".line");
    if (element) this.pick(element.at);
  }

  pick(at) {
    this.move(at);
    if (this.items[at]) this.open(this.items[at]);
  }

  move(at) {
    this.current = Math.max(0, Math.min(this.items.length - 1, at));
    this.follows = this.follows && this.current === this.items.length - 1;
    const [top, page] = [this.current * this.height, this.root.clientHeight];
    if (top < this.root.scrollTop) this.root.scrollTop = top;
    else if (top + this.height > this.root.scrollTop + page) this.root.scrollTop = top + this.height - page;
    this.changed();
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.root.clientHeight / this.height) - 1);
    const from = this.current < 0 ? this.items.length : this.current;
    const to = { ArrowUp: from - 1, ArrowDown: from + 1, PageUp: from - page, PageDown: from + page,
      Home: 0, End: this.items.length - 1 }[event.key];
    if (to === undefined && event.key !== "Enter") return;
    event.preventDefault();
    if (event.key === "End") this.follows = true;
    if (to !== undefined) this.move(to);
    else if (this.current >= 0) this.pick(this.current);
  }

  /** Mark the row with an id, without opening it. */
  mark(id) {
    const at = this.items.findIndex((item) => item.id === id);
    if (at >= 0) this.move(at);
    else this.current = -1;
    this.changed();
  }

  stop() {
    this.watch.disconnect();
    cancelAnimationFrame(this.frame);
  }
}
