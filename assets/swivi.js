// What only the viewer's browser can do: write numbers and times in place, and let money move.
// Money is integer cents; every computation stays on integers, so it is exact up to 2^53.
import { createElement, Fragment, useEffect, useLayoutEffect, useRef, useState } from "react";

const UNKNOWN = "—";
const COUNT_UP_MS = 550;
const FLASH_MS = 1200;
const TICK_MS = 5000;

const grouped = new Intl.NumberFormat("en-US");
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

export const formatCount = (number) => (number == null ? UNKNOWN : grouped.format(number));

export const formatShortCount = (number) => (number == null ? UNKNOWN : compact.format(number));

export const formatCents = (cents) => {
  if (cents == null) return UNKNOWN;
  const size = Math.abs(cents);
  const rest = size % 100;
  const sign = cents < 0 ? "-" : "";
  return `${sign}$${grouped.format((size - rest) / 100)}.${String(rest).padStart(2, "0")}`;
};

// For the ticks of an axis, whose tooltip and table are exact: $1.2K, $600, $0.05.
export const formatShortCents = (cents) => {
  if (cents % 100 !== 0 && cents < 10_000) return formatCents(cents);
  return `$${compact.format(Math.round(cents / 100))}`;
};

export const plainDollars = (cents) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;

// Rounded down: a budget shows 100% only when it is really used up.
export const formatPercent = (value, total) =>
  total > 0 ? `${Math.min(100, Math.floor((value * 100) / total))}%` : "0%";

const wantsStillness = () =>
  document.hidden || window.matchMedia("(prefers-reduced-motion: reduce)").matches;

// Counts up to a new amount. Until `ready`, and for viewers who want no motion, it shows the amount at once.
export const LiveMoney = ({ cents, ready, ...attributes }) => {
  const element = useRef(null);
  const shown = useRef(null);

  useLayoutEffect(() => {
    const from = shown.current;
    const write = (amount) => {
      shown.current = amount;
      element.current.textContent = formatCents(amount);
    };
    const settle = () => {
      delete element.current.dataset.moving;
      write(cents);
    };
    if (from == null || cents == null || from === cents || !ready || wantsStillness()) {
      settle();
      return undefined;
    }
    element.current.dataset.moving = cents > from ? "up" : "down";
    const start = performance.now();
    let frame;
    const step = (moment) => {
      const part = Math.min(1, Math.max(0, (moment - start) / COUNT_UP_MS));
      if (part === 1) {
        settle();
        return;
      }
      write(from + Math.round((cents - from) * (1 - (1 - part) ** 3)));
      frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [cents, ready]);

  return createElement(
    "span",
    attributes,
    createElement("span", { ref: element, "aria-hidden": true }),
    createElement("span", { className: "sr-only", "aria-live": "polite" }, formatCents(cents)),
  );
};

// A dialog that the state opens has no trigger of its own, so Radix would leave the focus nowhere when it closes.
let opener = null;

export const rememberOpener = () => {
  opener = document.activeElement;
};

export const returnToOpener = (event) => {
  event.preventDefault();
  opener?.focus();
};

// A question is answered by its buttons or Escape, not by a click beside it.
export const stayOpen = (event) => event.preventDefault();

// Lives in a cell; when `on` changes, the row around it lights up once and fades.
export const FlashRow = ({ on }) => {
  const element = useRef(null);
  const before = useRef(on);

  useEffect(() => {
    if (before.current === on) return;
    before.current = on;
    if (wantsStillness()) return;
    const colour = getComputedStyle(element.current).getPropertyValue("--good-soft");
    element.current
      .closest("tr, [data-flash]")
      ?.animate([{ backgroundColor: colour }, { backgroundColor: "transparent" }], FLASH_MS);
  }, [on]);

  return createElement("span", { ref: element, hidden: true });
};

const UNITS = [
  { name: "d", seconds: 86400 },
  { name: "h", seconds: 3600 },
  { name: "min", seconds: 60 },
  { name: "s", seconds: 1 },
];
const DAYS_RELATIVE = 7;

// Stored times are UTC; one that comes without its offset must not be read as the viewer's local time.
const parseMoment = (iso) => {
  const text = iso.replace(" ", "T");
  return new Date(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
};

const relative = (moment, now) => {
  const seconds = Math.round((now - moment) / 1000);
  const size = Math.abs(seconds);
  if (size < 5) return "just now";
  if (size >= DAYS_RELATIVE * 86400) {
    return moment.toLocaleDateString("en-US", { day: "numeric", month: "short", year: "numeric" });
  }
  const unit = UNITS.find(({ seconds: length }) => size >= length);
  const amount = `${Math.floor(size / unit.seconds)} ${unit.name}`;
  return seconds > 0 ? `${amount} ago` : `in ${amount}`;
};

const exact = (moment) => moment.toLocaleString("en-US", { dateStyle: "medium", timeStyle: "long" });

const watchers = new Set();
let ticking = null;

// One timer for all times on the page.
const everyTick = (watcher) => {
  watchers.add(watcher);
  ticking ??= setInterval(() => watchers.forEach((tell) => tell(Date.now())), TICK_MS);
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0) {
      clearInterval(ticking);
      ticking = null;
    }
  };
};

export const When = ({ iso, never, ...attributes }) => {
  const [now, setNow] = useState(null);
  // A prerendered page would carry the server's clock and zone: the text waits for the browser.
  useEffect(() => {
    setNow(Date.now());
    return everyTick(setNow);
  }, [iso]);

  if (!iso) return createElement("span", attributes, never);
  const moment = parseMoment(iso);
  return createElement(
    "time",
    { ...attributes, dateTime: iso, title: now === null ? undefined : exact(moment) },
    now === null ? "" : relative(moment, now),
  );
};

const REFILL_MS = 5000;

const fill = (control, value) => {
  if (control.type === "checkbox") {
    if (control.checked !== value) control.click();
    return;
  }
  if (control.value === value) return;
  // As if it were typed, so that whoever listens to the control hears of it.
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(control), "value").set.call(control, value);
  control.dispatchEvent(new Event("input", { bubbles: true }));
  control.dispatchEvent(new Event("change", { bubbles: true }));
};

// What was typed survives a server that went away: its new state knows nothing of it, and forms begin anew.
export const KeepsTyped = ({ hydrated }) => {
  const typed = useRef(new Map());
  const page = useRef(null);
  const filling = useRef(false);
  const typedHere = () => {
    if (page.current !== location.pathname) {
      page.current = location.pathname;
      typed.current.clear();
    }
    return typed.current;
  };

  useEffect(() => {
    const note = ({ target }) => {
      if (filling.current || !target.id || !target.form) return;
      typedHere().forEach((_, id) => document.getElementById(id) || typed.current.delete(id));
      typed.current.set(target.id, target.type === "checkbox" ? target.checked : target.value);
    };
    const sent = ({ target }) => {
      for (const control of target.elements) typed.current.delete(control.id);
    };
    document.addEventListener("input", note);
    document.addEventListener("submit", sent, true);
    return () => {
      document.removeEventListener("input", note);
      document.removeEventListener("submit", sent, true);
    };
  }, []);

  useEffect(() => {
    if (!hydrated) return undefined;
    // A form may be drawn more than once until it is all there: each new control is filled.
    const filled = new WeakSet();
    const refill = () => {
      filling.current = true;
      typedHere().forEach((value, id) => {
        const control = document.getElementById(id);
        if (control && !filled.has(control)) {
          filled.add(control);
          fill(control, value);
        }
      });
      filling.current = false;
    };
    refill();
    const observer = new MutationObserver(refill);
    observer.observe(document.body, { childList: true, subtree: true });
    const end = setTimeout(() => observer.disconnect(), REFILL_MS);
    return () => {
      clearTimeout(end);
      observer.disconnect();
    };
  }, [hydrated]);

  return null;
};

// A dialog that was open when the server lost its state is opened again; `KeepsTyped` brings back what was typed.
export const ReopensDialog = ({ open, hydrated, onReopen }) => {
  const wasOpen = useRef(false);
  const wasLost = useRef(false);

  useEffect(() => {
    if (!hydrated) {
      wasLost.current = wasLost.current || (wasOpen.current && !open);
    } else if (wasLost.current) {
      wasLost.current = false;
      if (!open) onReopen();
    }
    wasOpen.current = open;
  }, [open, hydrated]);

  return null;
};

// What a form holds now, by name, for what answers while one types.
export const formFields = (form) => Object.fromEntries(new FormData(form));

const twoDigits = (number) => String(number).padStart(2, "0");

// A stored time as the control for times takes it: in the viewer's zone, without saying so.
const localTime = (iso) => {
  if (!iso) return "";
  const moment = parseMoment(iso);
  const day = [moment.getFullYear(), moment.getMonth() + 1, moment.getDate()].map(twoDigits).join("-");
  return `${day}T${twoDigits(moment.getHours())}:${twoDigits(moment.getMinutes())}`;
};

const utcTime = (local) => (local ? new Date(local).toISOString() : "");

// A control for a time: shows the viewer's zone, sends UTC (ISO 8601) under its name.
export const MomentInput = ({ name, iso, ...attributes }) => {
  const sent = useRef(null);
  const [typed, setTyped] = useState(null);
  const onChange = (event) => {
    const moment = utcTime(event.target.value);
    // Written at once as well: the form around it reads its fields in this same event.
    sent.current.value = moment;
    setTyped(moment);
  };
  return createElement(
    Fragment,
    null,
    createElement("input", { ...attributes, type: "datetime-local", defaultValue: localTime(iso), onChange }),
    createElement("input", { type: "hidden", name, value: typed ?? iso, ref: sent }),
  );
};
