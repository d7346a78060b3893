// Priority is told by shape, colour and number together, so that none of them is needed alone.

const SVG = "http://www.w3.org/2000/svg";
export const PRIORITIES = ["P1", "P2", "P3", "P4", "P5"];

const OUTLINES = {
  P1: ["rect", { x: 3, y: 3, width: 26, height: 26 }, 22.5],
  P2: ["polygon", { points: "16,2 31,29 1,29" }, 26],
  P3: ["polygon", { points: "1,3 31,3 16,30" }, 17.5],
  P4: ["ellipse", { cx: 16, cy: 16, rx: 15, ry: 12 }, 22],
  P5: ["polygon", { points: "16,2 30,16 16,30 2,16" }, 22],
};

/**
 * @param {string} look "on" while the condition is true, "gone" when it is over but not acknowledged, "none" for no alert
 */
export function shape(priority, look) {
  const [tag, attributes, baseline] = OUTLINES[priority] ?? OUTLINES.P5;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 32 32");
  svg.setAttribute("class", `shape ${priority} ${look}`);
  svg.setAttribute("aria-hidden", "true");
  const outline = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    outline.setAttribute(name, value);
  }
  const digit = document.createElementNS(SVG, "text");
  digit.setAttribute("x", "16");
  digit.setAttribute("y", String(baseline));
  digit.textContent = priority.slice(1);
  svg.append(outline, digit);
  return svg;
}

export function look(alert) {
  return alert.state === "CLEARED_UNACKNOWLEDGED" || alert.state === "CLOSED" ? "gone" : "on";
}

export const unacknowledged = (alert) => alert.state === "UNACKNOWLEDGED" || alert.state === "CLEARED_UNACKNOWLEDGED";

/** As the desk sorts: unacknowledged first, then by priority, then the newest first. */
export function compare(a, b) {
  return unacknowledged(b) - unacknowledged(a)
    || a.priority.localeCompare(b.priority)
    || Date.parse(b.raisedAt) - Date.parse(a.raisedAt)
    || (a.id < b.id ? -1 : 1);
}
