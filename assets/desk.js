// What working through a list needs of the browser: its keys, and copying.
//
// A list says in its markup what the keys mean: `data-queue-row` is the element of a row that takes the focus,
// `data-key="a"` within a row, or anywhere on the page, is what that key presses. So keys do what clicks do.
import { createElement, useEffect, useRef, useState } from "react";

const STORED = "swivi.keys";
const TYPING = 'input:not([type="checkbox"]), textarea, select, [contenteditable="true"]';
const COVERED = '[role="dialog"], [role="alertdialog"], :popover-open';
const NEXT = ["j", "ArrowDown"];
const PREVIOUS = ["k", "ArrowUp"];
const COPIED_MS = 2000;

const areOn = () => localStorage.getItem(STORED) !== "off";
const rowsNow = () => [...document.querySelectorAll("[data-queue-row]")];
const around = (element) => element.closest("tr");

const isForUs = (event) =>
  areOn() &&
  !event.defaultPrevented && !event.isComposing && !event.ctrlKey && !event.metaKey && !event.altKey &&
  !event.target.closest(TYPING) && !document.querySelector(COVERED);

// `rows` only has to change when the list does; `stuck` is said when a key's button cannot be pressed now.
export const QueueKeys = ({ rows, stuck }) => {
  const place = useRef(-1);
  const byKeyboard = useRef(false);
  const [said, say] = useState("");

  useEffect(() => {
    const mark = () => {
      rowsNow().forEach((row, index) => around(row).toggleAttribute("data-current", index === place.current));
    };
    const go = (index) => {
      const all = rowsNow();
      if (all.length === 0) return;
      place.current = Math.min(Math.max(index, 0), all.length - 1);
      mark();
      all[place.current].focus();
      all[place.current].scrollIntoView({ block: "nearest" });
    };
    const press = (key) => {
      const row = rowsNow()[place.current];
      const name = `[data-key="${CSS.escape(key)}"]`;
      const control = (row && around(row).querySelector(name)) ?? document.querySelector(`${name}:not(tr *)`);
      if (!control) return false;
      say("");
      if (control.disabled) say(stuck);
      else control.click();
      return true;
    };
    const onKey = (event) => {
      byKeyboard.current = true;
      if (!isForUs(event)) return;
      // Arrows scroll, unless the focus is in the list; letters always work.
      const arrow = event.key.startsWith("Arrow");
      if (arrow && !rowsNow().some((row) => around(row).contains(event.target))) return;
      let done = true;
      if (NEXT.includes(event.key)) go(place.current + 1);
      else if (PREVIOUS.includes(event.key)) go(place.current - 1);
      else done = !event.repeat && event.key.length === 1 && press(event.key);
      if (done) event.preventDefault();
    };
    const onFocus = (event) => {
      const index = rowsNow().findIndex((row) => around(row).contains(event.target));
      if (index < 0) return;
      place.current = index;
      mark();
    };
    const onPointer = () => {
      byKeyboard.current = false;
    };
    // A decided row leaves and takes the focus along; whoever works by keyboard goes on with the next one.
    const recover = () => {
      mark();
      const lost = document.activeElement === null || document.activeElement === document.body;
      if (byKeyboard.current && lost && place.current >= 0 && !document.querySelector(COVERED)) go(place.current);
    };
    // A closing dialog hands the focus back a moment after it has left the page.
    const closing = new MutationObserver(() => requestAnimationFrame(() => setTimeout(recover)));
    closing.observe(document.body, { childList: true });
    document.addEventListener("keydown", onKey);
    document.addEventListener("focusin", onFocus);
    document.addEventListener("pointerdown", onPointer);
    recover();
    return () => {
      closing.disconnect();
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("focusin", onFocus);
      document.removeEventListener("pointerdown", onPointer);
    };
  }, [rows, stuck]);

  return createElement("span", { className: "sr-only", role: "status" }, said);
};

// Single keys get in the way of some (speech input, for one), so they can be switched off; remembered here.
export const KeysSwitch = ({ label }) => {
  const [on, setOn] = useState(areOn);
  const change = (event) => {
    localStorage.setItem(STORED, event.target.checked ? "on" : "off");
    setOn(event.target.checked);
  };
  const box = createElement("input", { type: "checkbox", checked: on, onChange: change });
  return createElement("label", { className: "checkbox" }, box, label);
};

// Where a page is not served over TLS there is no clipboard, only the old command.
const copy = async (text) => {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
};

export const CopyButton = ({ text, label, done, children, ...attributes }) => {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const onClick = async () => {
    await copy(text);
    setCopied(true);
  };
  return createElement(
    "button",
    { ...attributes, type: "button", onClick, "aria-label": label, title: copied ? done : label },
    children,
    createElement("span", { role: "status", className: copied ? "" : "sr-only" }, copied ? done : ""),
  );
};
